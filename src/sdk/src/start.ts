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
import { TracerProvider as SdkTracerProvider } from "@opentelemetry/sdk-trace";
import { toAdapterConfig } from "./adapter-config.js";
import { chooseAdapters } from "./adapters.js";
import { createBackends, wantedBackends } from "./backends.js";
import type { Configuration } from "./configuration.js";
import { warnOfSecondCopies } from "./copies.js";
import { recordCrashes } from "./crash.js";
import { registeredMeterProvider, registeredTracerProvider } from "./globals.js";
import { InheritanceProcessor } from "./inherit.js";
import { Instrumentations } from "./instrumentations.js";
import { type Kit, setCurrentKit } from "./kit.js";
import type { Log } from "./log.js";
import { makeWay } from "./make-way.js";
import { switchMarks } from "./marks-switch.js";
import { attachWhenUsed } from "./modules/when-used.js";
import type { InitOptions } from "./options.js";
import { ContextManagerBelow, readParentContext } from "./parent-trace.js";
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
  const { undo } = assembly;
  const adapters = chooseAdapters(options, configuration);
  const joined = registeredTracerProvider();
  const tracerProvider = joined == null ? provideTraces(assembly) : join(joined, assembly);
  const config = toAdapterConfig(options, configuration);
  const instrumentations = new Instrumentations(
    { tracerProvider, meterProvider: provideMetrics(assembly), loggerProvider: provideLogs(assembly) },
    (adapter) => adapter.create(config(adapter)),
  );
  undo.push(() => instrumentations.disable());
  for (const instrumentation of options.instrumentations ?? []) instrumentations.add(instrumentation);
  if (joined == null) undo.push(giveWay(instrumentations, log));
  if (!pipeline.isEmpty) undo.push(onProcessEnd(toEnding(pipeline)));
  if (tracerProvider != null) undo.push(recordCrashes(() => trace.getTracerProvider()));
  undo.push(warnOfSecondCopies(log));
  // Last: what the kit itself loads needs no hook.
  undo.push(
    attachWhenUsed(
      adapters,
      {
        attach: (adapter) => instrumentations.of(adapter),
        patch: (adapter, { exports, version }) =>
          instrumentations.of(adapter).manuallyInstrument(exports, version),
      },
      options.patchLoaded !== false,
      log,
    ),
  );
  return toKit(assembly, instrumentations, joined);
}

/** The application may register providers of its own at any time, and then they count. */
function giveWay(instrumentations: Instrumentations, log: Log): () => void {
  return makeWay(["trace", "metrics", "context", "propagation"], (signal, instance) => {
    if (signal === "metrics") instrumentations.use({ meterProvider: instance as MeterProvider });
    if (signal !== "trace") return;
    instrumentations.use({ tracerProvider: instance as TracerProvider });
    log.info("the application registered a TracerProvider; spans go to that one from now on.");
  });
}

function provideContext({ settings, undo }: Assembly): void {
  const parent = settings.joinParentTrace ? readParentContext(settings.propagator) : ROOT_CONTEXT;
  const manager =
    parent === ROOT_CONTEXT ? new AsyncLocalStorageContextManager() : new ContextManagerBelow(parent);
  if (context.setGlobalContextManager(manager.enable())) undo.push(() => context.disable());
  if (propagation.setGlobalPropagator(settings.propagator)) undo.push(() => propagation.disable());
}

function provideTraces(assembly: Assembly) {
  const { options, configuration, settings, log, pipeline, undo } = assembly;
  provideContext(assembly);
  const backends = createBackends(options, configuration);
  const elsewhere = wantedBackends(options, configuration).length > 0;
  const outputs = createSpanOutputs(settings, log, elsewhere);
  const places = [
    ...outputs.map(({ processor }) => processor),
    ...backends,
    ...(options.spanProcessors ?? []),
  ];
  // Without a place for spans there is no reason to make any; context still passes through.
  if (places.length === 0) return undefined;
  const provider = new SdkTracerProvider({
    resource: settings.resource,
    sampler: settings.sampler,
    spanLimits: settings.spanLimits,
    spanProcessors: [new InheritanceProcessor(), ...places, pipeline.activity],
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
  const named = [
    ...wantedBackends(options, configuration).map(({ backend }) => backend.name),
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
  pipeline.add(logs.provider, logs.exporters, logs.last);
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

function toKit(
  { pipeline, undo, log }: Assembly,
  instrumentations: Instrumentations,
  joined: TracerProvider | undefined,
): Kit {
  let ended: Promise<void> | undefined;
  const end = async () => {
    setCurrentKit(undefined);
    switchMarks(false);
    for (const step of undo.reverse()) attempt(step);
    await pipeline.shutdown();
    log.close();
  };
  return {
    get active() {
      return ended === undefined;
    },
    patch(module, library) {
      if (ended != null) return false;
      if (instrumentations.patch(module, library)) return true;
      log.warn("patch: this is no module that the kit knows; it is left as it is.");
      return false;
    },
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
