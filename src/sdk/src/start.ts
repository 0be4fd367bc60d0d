import {
  context,
  type MeterProvider,
  metrics as metricsApi,
  propagation,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { type LoggerProvider, logs as logsApi } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import { TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";
import { chooseAdapters, toAdapterConfig } from "./adapters.js";
import { createBackends, wantedBackends } from "./backends.js";
import type { Configuration } from "./configuration.js";
import { warnOfSecondCopies } from "./copies.js";
import { registeredMeterProvider, registeredTracerProvider } from "./globals.js";
import { type Kit, setCurrentKit } from "./kit.js";
import type { Log } from "./log.js";
import { makeWay } from "./make-way.js";
import { attachWhenUsed } from "./modules/when-used.js";
import type { InitOptions } from "./options.js";
import { Pipeline } from "./pipeline.js";
import { onProcessEnd } from "./process-end.js";
import { readSettings, type Settings } from "./settings.js";
import { createLogs } from "./signals/logs.js";
import { createMetrics } from "./signals/metrics.js";
import { createSpanOutputs } from "./signals/traces.js";

/** One run of the kit: what was put together, and how each piece is taken away again. */
interface Assembly {
  readonly options: InitOptions;
  readonly configuration: Configuration;
  readonly settings: Settings;
  readonly log: Log;
  readonly pipeline: Pipeline;
  /** In the order in which they were put up; undone from the last. */
  readonly undo: (() => void)[];
}

/** Puts providers, exporters and instrumentations together and hooks them to the process. */
export function start(options: InitOptions, configuration: Configuration, log: Log): Kit {
  const settings = readSettings(options, configuration);
  const pipeline = new Pipeline(settings.shutdownTimeoutMs);
  const assembly: Assembly = { options, configuration, settings, log, pipeline, undo: [] };
  const adapters = chooseAdapters(options, configuration);
  const joined = registeredTracerProvider();
  let tracerProvider: TracerProvider | undefined =
    joined == null ? provideTraces(assembly) : join(joined, assembly);
  const meterProvider = provideMetrics(assembly);
  const loggerProvider = provideLogs(assembly);
  const attached: Instrumentation[] = [];
  const attach = (instrumentation: Instrumentation) => {
    if (tracerProvider != null) instrumentation.setTracerProvider(tracerProvider);
    if (meterProvider != null) instrumentation.setMeterProvider(meterProvider);
    if (loggerProvider != null) instrumentation.setLoggerProvider?.(loggerProvider);
    instrumentation.enable();
    attached.push(instrumentation);
    assembly.undo.push(() => instrumentation.disable());
  };
  for (const instrumentation of options.instrumentations ?? []) attach(instrumentation);
  if (joined == null) {
    const stopWatching = makeWay(["trace", "metrics", "context", "propagation"], (signal, instance) => {
      if (signal === "metrics") {
        for (const instrumentation of attached) instrumentation.setMeterProvider(instance as MeterProvider);
      }
      if (signal !== "trace") return;
      tracerProvider = instance as TracerProvider;
      for (const instrumentation of attached) instrumentation.setTracerProvider(tracerProvider);
      log.info("the application registered a TracerProvider; spans go to that one from now on.");
    });
    assembly.undo.push(stopWatching);
  }
  if (!pipeline.isEmpty) assembly.undo.push(onProcessEnd(toEnding(pipeline)));
  assembly.undo.push(warnOfSecondCopies(log));
  // Last: what the kit itself loads needs no hook.
  const config = toAdapterConfig(options, configuration);
  assembly.undo.push(attachWhenUsed(adapters, ({ create }) => attach(create(config)), log));
  return toKit(assembly, joined);
}

function provideTraces({ options, configuration, settings, log, pipeline, undo }: Assembly) {
  const manager = new AsyncLocalStorageContextManager().enable();
  if (context.setGlobalContextManager(manager)) undo.push(() => context.disable());
  if (propagation.setGlobalPropagator(settings.propagator)) undo.push(() => propagation.disable());
  const outputs = createSpanOutputs(settings, log);
  const processors = [
    ...outputs.map(({ processor }) => processor),
    ...createBackends(configuration),
    ...(options.spanProcessors ?? []),
  ];
  // Without a place for spans there is no reason to make any; context still passes through.
  if (processors.length === 0) return undefined;
  const provider = new SdkTracerProvider({
    resource: settings.resource,
    sampler: settings.sampler,
    spanLimits: settings.spanLimits,
    spanProcessors: [...processors, pipeline.activity],
  });
  pipeline.add(
    provider,
    outputs.flatMap(({ exporter }) => exporter ?? []),
    outputs.flatMap(({ last }) => last ?? []),
  );
  trace.setGlobalTracerProvider(provider);
  undo.push(() => {
    if (registeredTracerProvider() === provider) trace.disable();
  });
  return provider;
}

/** The application's provider stays as it is: no exporter of the kit is added to it. */
function join(provider: TracerProvider, { options, configuration, log }: Assembly): TracerProvider {
  log.info("joined the TracerProvider of the application; exporters configured for the kit are not used.");
  const wanted = wantedBackends(configuration);
  const named = [
    ...wanted.map(({ name }) => name),
    ...(options.spanProcessors?.length ? ["spanProcessors"] : []),
  ];
  if (named.length > 0) {
    log.warn(
      `the application has a TracerProvider of its own, to which ${named.join(", ")} cannot be added; ` +
        "give it the result of createSpanProcessors() where it is created.",
    );
  }
  return provider;
}

function provideMetrics({
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
  if (metricsApi.setGlobalMeterProvider(metrics.provider)) undo.push(() => metricsApi.disable());
  return metrics.provider;
}

function provideLogs({ settings, log, pipeline, undo }: Assembly): LoggerProvider | undefined {
  const logs = createLogs(settings, log);
  if (logs == null) return undefined;
  pipeline.add(logs.provider, logs.exporters);
  const registered = logsApi.setGlobalLoggerProvider(logs.provider);
  if (registered === logs.provider) undo.push(() => logsApi.disable());
  return registered;
}

function toEnding(pipeline: Pipeline) {
  return {
    finish: () => pipeline.finish(),
    hasWork: () => pipeline.hasWork(),
    last: () => pipeline.last(),
  };
}

function toKit({ pipeline, undo }: Assembly, joined: TracerProvider | undefined): Kit {
  let ended: Promise<void> | undefined;
  const end = async () => {
    setCurrentKit(undefined);
    for (const step of undo.reverse()) attempt(step);
    await pipeline.shutdown();
  };
  return {
    active: true,
    async flush() {
      await pipeline.flush();
      // Whoever asks for a flush means all spans, wherever they are.
      await (joined as { forceFlush?: () => Promise<void> } | undefined)?.forceFlush?.().catch(() => {});
    },
    shutdown() {
      ended ??= end();
      return ended;
    },
  };
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // The other steps still have to be undone.
  }
}
