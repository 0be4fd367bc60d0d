import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { createBackends, wantedBackends } from "../backends/backends.js";
import { Configuration } from "../configuration.js";
import { createLog, reportsOf } from "../log.js";
import { isDisabled } from "../settings/disabled.js";
import { readOptions, readSpanProcessors } from "../settings/given-components.js";
import type { InitOptions } from "../settings/options.js";
import { readSettings } from "../settings/settings.js";
import { createSpanOutputs } from "../signals/traces.js";
import { InheritanceProcessor } from "./inherit.js";

/**
 * The span processors that `init` would attach, for an application that builds its own tracer provider:
 * `new NodeSDK({ spanProcessors: createSpanProcessors() })`. That provider then flushes and shuts them down. Empty if the
 * kit is disabled or spans go nowhere.
 */
export function createSpanProcessors(given?: InitOptions): SpanProcessor[] {
  const log = createLog(undefined);
  const configuration = new Configuration(process.env, reportsOf(log));
  const options = readOptions(given, configuration.report);
  if (isDisabled(options, configuration)) return [];
  const elsewhere = wantedBackends(options, configuration).length > 0;
  const places = [
    ...createSpanOutputs(readSettings(options, configuration), log, elsewhere).map(
      ({ processor }) => processor,
    ),
    ...createBackends(options, configuration),
    ...readSpanProcessors(options, configuration),
  ];
  return places.length === 0 ? [] : [new InheritanceProcessor(), ...places];
}
