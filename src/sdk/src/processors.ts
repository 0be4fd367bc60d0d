import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { createBackends, wantedBackends } from "./backends.js";
import { Configuration } from "./configuration.js";
import { InheritanceProcessor } from "./inherit.js";
import { createLog, reportsOf } from "./log.js";
import type { InitOptions } from "./options.js";
import { readSettings } from "./settings.js";
import { createSpanOutputs } from "./signals/traces.js";

/**
 * The span processors that `init` would attach, for an application that builds its own tracer provider:
 * `new NodeSDK({ spanProcessors: createSpanProcessors() })`. That provider then flushes and ends them.
 */
export function createSpanProcessors(options: InitOptions = {}): SpanProcessor[] {
  const log = createLog(undefined);
  const configuration = new Configuration(process.env, reportsOf(log));
  const elsewhere = wantedBackends(options, configuration).length > 0;
  const outputs = createSpanOutputs(readSettings(options, configuration), log, elsewhere);
  return [
    new InheritanceProcessor(),
    ...outputs.map(({ processor }) => processor),
    ...createBackends(options, configuration),
    ...(options.spanProcessors ?? []),
  ];
}
