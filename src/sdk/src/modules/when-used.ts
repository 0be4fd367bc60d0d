import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Adapter } from "../adapters.js";
import type { Log } from "../log.js";
import { startsAsCommonJS } from "./entry-point.js";
import { beforeFirstImport, isImportLoaded } from "./first-import.js";
import { onFirstRequire } from "./first-require.js";
import { onFirstSight } from "./first-sight.js";
import { isHooked } from "./hook-library.js";
import { hookModules } from "./hooks.js";
import { findInstalled, readManifest } from "./installed.js";
import { LoadedFiles, type LoadedLibrary } from "./loaded.js";
import { onSeenByOtherCopies } from "./other-copies.js";

/** What has an adapter report. */
export interface Attaching {
  attach(adapter: Adapter): void;
  /** For a library that no hook has seen. */
  patch(adapter: Adapter, loaded: LoadedLibrary): void;
}

/**
 * Attaches each adapter before the application can call its library: at once, or, where everything passes
 * through `require` or the library is not installed where one would look for it, no earlier than it is loaded. `includingLoaded` takes in what is loaded already. Returns a
 * function that attaches nothing more.
 */
export function attachWhenUsed(
  adapters: readonly Adapter[],
  { attach, patch }: Attaching,
  includingLoaded: boolean,
  log: Log,
): () => void {
  const waiting = new Set(adapters);
  const failed = new Set<Adapter>();
  const attachNow = (adapter: Adapter, canWait: boolean) => {
    if (!waiting.delete(adapter)) return;
    try {
      attach(adapter);
    } catch (error) {
      // In the middle of loading what the adapter needs; the library itself comes later.
      if (canWait && (error as NodeJS.ErrnoException).code === "ERR_REQUIRE_CYCLE_MODULE")
        waiting.add(adapter);
      else {
        failed.add(adapter);
        log.warn(`${adapter.name} cannot be instrumented: ${String(error)}`);
      }
    }
  };
  const patchNow = (adapter: Adapter, loaded: LoadedLibrary) => {
    // What cannot be attached has been told of, and whoever imports the library must not hear of it.
    if (!failed.has(adapter)) patch(adapter, loaded);
  };
  const stops: (() => void)[] = [];
  let stopped = false;
  const attachWhenSeen = (unseen: readonly Adapter[]) => {
    // The hook of `require` may be up by now: it must know a library before that is loaded.
    stops.push(onFirstRequire(unseen.map((adapter) => ({ ...toAwaited(adapter), before: true }))));
    onFirstSight((name, module) => {
      for (const adapter of unseen) {
        if (!waiting.has(adapter) || !librariesOf(adapter).includes(name)) continue;
        attachNow(adapter, false);
        patchNow(adapter, module);
      }
    });
  };
  const toAwaited = (adapter: Adapter) => ({
    library: adapter.scope ?? adapter.modules[0],
    action: () => attachNow(adapter, false),
  });
  const attachAll = (canWait: boolean) => {
    for (const adapter of adapters) if (isInstalled(adapter)) attachNow(adapter, canWait);
    const unseen = adapters.filter((adapter) => waiting.has(adapter) && !isInstalled(adapter));
    if (unseen.length > 0) attachWhenSeen(unseen);
    hookModules(
      adapters.flatMap(({ modules, companions = [], files }) => [
        ...modules,
        ...companions.flat(),
        ...(files === undefined ? [] : [files]),
      ]),
      log,
    );
    stops.push(
      onSeenByOtherCopies((url, exports) => {
        for (const adapter of adapters) {
          const folder = stopped ? undefined : folderOfPart(adapter, url);
          if (folder === undefined) continue;
          attachNow(adapter, false);
          patchNow(adapter, { exports, version: readManifest(folder)?.version });
        }
      }),
    );
  };
  const canWait = startsAsCommonJS() && !isHooked() && !(includingLoaded && isImportLoaded());
  if (canWait) {
    const awaited = adapters.map((adapter) => ({ ...toAwaited(adapter), before: adapter.caughtInside }));
    stops.push(
      onFirstRequire(awaited),
      beforeFirstImport(() => attachAll(true)),
    );
  } else attachAll(false);
  if (includingLoaded) {
    const files = new LoadedFiles();
    for (const adapter of adapters) {
      for (const library of [adapter.modules, ...(adapter.companions ?? [])]) {
        files.find(library, (loaded) => {
          if (stopped) return;
          attachNow(adapter, false);
          patchNow(adapter, loaded);
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

function librariesOf({ modules, companions = [] }: Adapter): string[] {
  return [modules[0], ...companions.map(([library]) => library)];
}

/** The folder of the library that the file at a URL belongs to, if it is one of those that the hooks must see. */
function folderOfPart({ modules, companions = [] }: Adapter, url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = fileURLToPath(url.replace(/[?#].*/, ""));
  for (const parts of [modules, ...companions]) {
    const marker = `${sep}node_modules${sep}${parts[0].replaceAll("/", sep)}${sep}`;
    const at = path.lastIndexOf(marker);
    if (at < 0) continue;
    const folder = path.slice(0, at + marker.length - sep.length);
    const part = withoutEnding(path.slice(folder.length).replaceAll(sep, "/"));
    if (parts.some((name) => withoutEnding(name.slice(parts[0].length)) === part)) return folder;
  }
  return undefined;
}

function withoutEnding(name: string): string {
  return name.replace(/\.[cm]?js$/, "");
}

function isInstalled(adapter: Adapter): boolean {
  return librariesOf(adapter).some((library) => findInstalled(library) !== undefined);
}
