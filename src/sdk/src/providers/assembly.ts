import {
  context,
  type MeterProvider,
  metrics as metricsApi,
  propagation,
  ROOT_CONTEXT,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { type LoggerProvider, logs as logsApi } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { createBackends, wantedBackends } from "../backends/backends.js";
import type { Configuration } from "../configuration.js";
import type { Log } from "../log.js";
import { readSpanProcessors } from "../settings/given-components.js";
import type { InitOptions } from "../settings/options.js";
import type { Settings } from "../settings/settings.js";
import { createLogs } from "../signals/logs.js";
import { createMetrics } from "../signals/metrics.js";
import { createSpanOutputs } from "../signals/traces.js";
import { registeredMeterProvider, registeredTracerProvider } from "./globals.js";
import { InheritanceProcessor } from "./inherit.js";
import { ContextManagerBelow, readParentContext } from "./parent-trace.js";
import type { Pipeline } from "./pipeline.js";
import { YieldingMeterProvider } from "./yielding-meters.js";
import { YieldingTracerProvider } from "./yielding-provider.js";

/** One run of the kit: its parts, and how to undo each of them. */
export interface Assembly {
  readonly options: InitOptions;
  readonly configuration: Configuration;
  readonly settings: Settings;
  readonly log: Log;
  readonly pipeline: Pipeline;
  /** In the order in which they were set up; undone in reverse. */
  readonly undo: (() => void)[];
}

function provideContext({ settings, undo }: Assembly): void {
  const parent = settings.joinParentTrace ? readParentContext(settings.propagator) : ROOT_CONTEXT;
  const manager =
    parent === ROOT_CONTEXT ? new AsyncLocalStorageContextManager() : new ContextManagerBelow(parent);
  if (context.setGlobalContextManager(manager.enable())) undo.push(() => context.disable());
  if (propagation.setGlobalPropagator(settings.propagator)) undo.push(() => propagation.disable());
}

export function provideTraces(assembly: Assembly) {
  const { options, configuration, settings, log, pipeline, undo } = assembly;
  warnOfConfigurationFile(assembly);
  provideContext(assembly);
  const backends = createBackends(options, configuration);
  const elsewhere = wantedBackends(options, configuration).length > 0;
  const outputs = createSpanOutputs(settings, log, elsewhere);
  const places = [
    ...outputs.map(({ processor }) => processor),
    ...backends,
    ...readSpanProcessors(options, configuration),
  ];
  // If spans go nowhere there is no reason to make any; context is still propagated.
  if (places.length === 0) return undefined;
  const provider = new YieldingTracerProvider({
    resource: settings.resource,
    sampler: settings.sampler,
    spanLimits: settings.spanLimits,
    spanProcessors: [new InheritanceProcessor(), pipeline.openSpans, ...places, pipeline.activity],
  });
  pipeline.add(
    provider,
    outputs.flatMap(({ exporter }) => exporter ?? []),
    outputs.flatMap(({ flushSync }) => flushSync ?? []),
  );
  trace.setGlobalTracerProvider(provider);
  undo.push(() => {
    if (registeredTracerProvider() === provider) trace.disable();
  });
  return provider;
}

/** OpenTelemetry has such a file replace all variables, so whoever names one expects nothing of these. */
function warnOfConfigurationFile({ configuration }: Assembly): void {
  const variables = ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"];
  const file = configuration.given({ variables });
  if (file === undefined) return;
  configuration.report(`${file.name}: configuration files are not read; options and variables are used.`);
}

/** Uses the application's provider as it is: none of the kit's exporters is added to it. */
export function join(provider: TracerProvider, assembly: Assembly): TracerProvider {
  assembly.log.info(
    "joined the TracerProvider of the application; exporters configured for the kit are not used.",
  );
  warnOfUnheard(assembly);
  return provider;
}

/** Warns of configured destinations that get no spans, because the application's own provider does not know them. */
export function warnOfUnheard({ options, configuration, log }: Assembly): void {
  const named = [
    ...wantedBackends(options, configuration).map(({ backend }) => backend.name),
    ...(readSpanProcessors(options, configuration).length > 0 ? ["spanProcessors"] : []),
  ];
  if (named.length === 0) return;
  log.warn(
    `the application has a TracerProvider of its own, to which ${named.join(", ")} cannot be added; ` +
      "give it the result of createSpanProcessors() where it is created.",
  );
}

export function provideMetrics({
  configuration,
  settings,
  log,
  pipeline,
  undo,
}: Assembly): MeterProvider | undefined {
  const registered = registeredMeterProvider();
  if (registered != null) return registered;
  const metrics = createMetrics(settings, configuration, log);
  if (metrics == null) return undefined;
  pipeline.add(metrics.provider, metrics.exporters);
  const provider = new YieldingMeterProvider(metrics.provider);
  if (metricsApi.setGlobalMeterProvider(provider)) undo.push(() => metricsApi.disable());
  return provider;
}

export function provideLogs({ settings, log, pipeline, undo }: Assembly): LoggerProvider | undefined {
  const logs = createLogs(settings, log);
  if (logs == null) return undefined;
  pipeline.add(logs.provider, logs.exporters, logs.syncFlushes);
  const registered = logsApi.setGlobalLoggerProvider(logs.provider);
  if (registered === logs.provider) undo.push(() => logsApi.disable());
  return registered;
}
