import { type MeterProvider, type TracerProvider, trace } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import type { Configuration } from "./configuration.js";
import { type Kit, setCurrentKit } from "./kit.js";
import { toAdapterConfig } from "./libraries/adapter-config.js";
import { chooseAdapters } from "./libraries/adapters.js";
import type { Log } from "./log.js";
import { switchMarks } from "./marks-switch.js";
import { Instrumentations } from "./modules/instrumentations.js";
import { attachWhenUsed } from "./modules/when-used.js";
import { warnOfSecondCopies } from "./process/copies.js";
import { recordCrashes } from "./process/crash.js";
import { type Ending, onProcessEnd } from "./process/process-end.js";
import {
  type Assembly,
  join,
  provideLogs,
  provideMetrics,
  provideTraces,
  warnOfUnheard,
} from "./providers/assembly.js";
import { registeredTracerProvider } from "./providers/globals.js";
import { makeWay } from "./providers/make-way.js";
import { Pipeline } from "./providers/pipeline.js";
import { YieldingMeterProvider } from "./providers/yielding-meters.js";
import type { YieldingTracerProvider } from "./providers/yielding-provider.js";
import { readInstrumentations } from "./settings/given-components.js";
import type { InitOptions } from "./settings/options.js";
import { readSettings } from "./settings/settings.js";

/** Puts providers, exporters and instrumentations together and hooks them to the process. */
export function start(options: InitOptions, configuration: Configuration, log: Log): Kit {
  const settings = readSettings(options, configuration);
  const pipeline = new Pipeline(settings.shutdownTimeoutMs);
  const assembly: Assembly = { options, configuration, settings, log, pipeline, undo: [] };
  try {
    return assemble(assembly);
  } catch (error) {
    takeBack(assembly);
    void pipeline.shutdown();
    throw error;
  }
}

function assemble(assembly: Assembly): Kit {
  const { options, configuration, log, pipeline, undo } = assembly;
  const adapters = chooseAdapters(options, configuration);
  const joined = registeredTracerProvider();
  const provided = joined == null ? provideTraces(assembly) : undefined;
  const tracerProvider = joined == null ? provided : join(joined, assembly);
  const config = toAdapterConfig(options, configuration);
  const meterProvider = provideMetrics(assembly);
  const instrumentations = new Instrumentations(
    { tracerProvider, meterProvider, loggerProvider: provideLogs(assembly) },
    (adapter) => adapter.create(config(adapter)),
  );
  undo.push(() => instrumentations.disable());
  for (const each of readInstrumentations(options, configuration)) {
    try {
      instrumentations.add(each);
    } catch (error) {
      log.warn(`${each.instrumentationName} cannot be enabled: ${String(error)}`);
    }
  }
  if (joined == null) undo.push(giveWay(provided, meterProvider, instrumentations, assembly));
  if (!pipeline.isEmpty) undo.push(onProcessEnd(toEnding(pipeline, instrumentations)));
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
function giveWay(
  provided: YieldingTracerProvider | undefined,
  meters: MeterProvider | undefined,
  instrumentations: Instrumentations,
  assembly: Assembly,
): () => void {
  return makeWay(["trace", "metrics", "context", "propagation"], (signal, instance) => {
    if (signal === "metrics") {
      if (meters instanceof YieldingMeterProvider) meters.yieldTo(instance as MeterProvider);
      instrumentations.use({ meterProvider: instance as MeterProvider });
    }
    if (signal !== "trace") return;
    provided?.yieldTo(instance as TracerProvider);
    instrumentations.use({ tracerProvider: instance as TracerProvider });
    assembly.log.info("the application registered a TracerProvider; spans go to that one from now on.");
    warnOfUnheard(assembly);
  });
}

function toEnding(pipeline: Pipeline, instrumentations: Instrumentations): Ending {
  const endOpenCalls = () => instrumentations.endOpenCalls();
  return {
    idle: () => attempt(endOpenCalls),
    abandon: () => {
      attempt(endOpenCalls);
      attempt(() => pipeline.openSpans.abandon());
    },
    finish: () => pipeline.finish(),
    hasWork: () => pipeline.hasWork(),
    flushSync: () => pipeline.flushSync(),
  };
}

function takeBack({ undo }: Assembly): void {
  for (const step of undo.reverse()) attempt(step);
}

function toKit(
  assembly: Assembly,
  instrumentations: Instrumentations,
  joined: TracerProvider | undefined,
): Kit {
  const { pipeline, log } = assembly;
  let ended: Promise<void> | undefined;
  const end = async () => {
    setCurrentKit(undefined);
    switchMarks(false);
    takeBack(assembly);
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
