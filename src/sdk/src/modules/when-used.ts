import { createRequire } from "node:module";
import type { Adapter } from "../adapters.js";
import type { Log } from "../log.js";
import { startsAsCommonJS } from "./entry-point.js";
import { beforeFirstImport, isImportLoaded } from "./first-import.js";
import { onFirstRequire } from "./first-require.js";
import { hookModules } from "./hooks.js";
import { LoadedFiles, type LoadedLibrary } from "./loaded.js";

/** What has an adapter report. */
export interface Attaching {
  attach(adapter: Adapter): void;
  /** For a library that no hook has seen. */
  patch(adapter: Adapter, loaded: LoadedLibrary): void;
}

/**
 * Attaches each adapter before the application can call its library: at once, or, where everything passes
 * through `require`, no earlier than the library is required. `includingLoaded` takes in what is loaded already. Returns a
 * function that attaches nothing more.
 */
export function attachWhenUsed(
  adapters: readonly Adapter[],
  { attach, patch }: Attaching,
  includingLoaded: boolean,
  log: Log,
): () => void {
  const waiting = new Set(adapters);
  const attachNow = (adapter: Adapter, canWait: boolean) => {
    if (!waiting.delete(adapter)) return;
    try {
      attach(adapter);
    } catch (error) {
      // In the middle of loading what the adapter needs; the library itself comes later.
      if (canWait && (error as NodeJS.ErrnoException).code === "ERR_REQUIRE_CYCLE_MODULE")
        waiting.add(adapter);
      else log.warn(`${adapter.name} cannot be instrumented: ${String(error)}`);
    }
  };
  const attachAll = (canWait: boolean) => {
    for (const adapter of adapters) attachNow(adapter, canWait);
    hookModules(
      adapters.flatMap(({ modules, companions = [], files }) => [
        ...modules,
        ...companions.flat(),
        ...(files === undefined ? [] : [files]),
      ]),
      log,
    );
  };
  const canWait = startsAsCommonJS() && !isHooked() && !(includingLoaded && isImportLoaded());
  const stops: (() => void)[] = [];
  if (canWait) {
    const awaited = adapters.map((adapter) => ({
      library: adapter.scope ?? adapter.modules[0],
      action: () => attachNow(adapter, false),
      before: adapter.caughtInside,
    }));
    stops.push(
      onFirstRequire(awaited),
      beforeFirstImport(() => attachAll(true)),
    );
  } else attachAll(false);
  let stopped = false;
  if (includingLoaded) {
    const files = new LoadedFiles();
    for (const adapter of adapters) {
      for (const library of [adapter.modules, ...(adapter.companions ?? [])]) {
        files.find(library, (loaded) => {
          if (stopped) return;
          attachNow(adapter, false);
          patch(adapter, loaded);
        });
      }
    }
  }
  return () => {
    stopped = true;
    waiting.clear();
    for (const stop of stops) stop();
  };
}

/** The hook of OpenTelemetry's instrumentations shows nobody a module that it has seen before. */
function isHooked(): boolean {
  const { cache, resolve } = createRequire(import.meta.url);
  return resolve("@opentelemetry/instrumentation") in cache;
}
