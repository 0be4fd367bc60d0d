import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Adapter } from "../libraries/adapters.js";
import type { Log } from "../log.js";
import { startsAsCommonJS } from "./entry-point.js";
import { beforeFirstImport, isImportLoaded } from "./first-import.js";
import { onFirstRequire } from "./first-require.js";
import { onFirstSight } from "./first-sight.js";
import { isHooked } from "./hook-library.js";
import { hookModules } from "./hooks.js";
import { findInstalled, readManifest } from "./installed.js";
import { foldersOf, LoadedFiles, type LoadedLibrary } from "./loaded.js";
import { NEEDS_LOADER_THREAD, PASSED_BY_REQUIRE } from "./loader-thread.js";
import { onSeenByOtherCopies } from "./other-copies.js";
import { ParsedModules } from "./parsed-modules.js";
import { afterRequiredModule } from "./required-module.js";

/** What has an adapter report. */
export interface Attaching {
  attach(adapter: Adapter): void;
  /** For a library that no hook has seen. */
  patch(adapter: Adapter, loaded: LoadedLibrary): void;
}

/**
 * Attaches each adapter before the application can call its library: at once, or, where everything passes through
 * `require` or the library is not installed where one would look for it, no earlier than it is loaded.
 * `includingLoaded` takes in what is loaded already. Returns a function that attaches nothing more.
 */
export function attachWhenUsed(
  adapters: readonly Adapter[],
  attaching: Attaching,
  includingLoaded: boolean,
  log: Log,
): () => void {
  const attachments = new Attachments(adapters, attaching, log);
  if (startsAsCommonJS() && !isHooked() && !(includingLoaded && isImportLoaded())) {
    attachments.attachWhenRequired();
  } else attachments.attachAll(false);
  if (includingLoaded) attachments.attachLoaded();
  if (PASSED_BY_REQUIRE) attachments.attachWhenModulesAreRequired();
  return () => attachments.stop();
}

/** The adapters of a process, and which of them wait for their library. */
class Attachments {
  readonly #adapters: readonly Adapter[];
  readonly #attaching: Attaching;
  readonly #log: Log;
  readonly #waiting: Set<Adapter>;
  readonly #failed = new Set<Adapter>();
  readonly #stops: (() => void)[] = [];
  #stopped = false;

  constructor(adapters: readonly Adapter[], attaching: Attaching, log: Log) {
    this.#adapters = adapters;
    this.#attaching = attaching;
    this.#log = log;
    this.#waiting = new Set(adapters);
  }

  /** With the first `require` of a library, or all with the first `import`. */
  attachWhenRequired(): void {
    const awaited = this.#adapters.flatMap((adapter) => this.#await(adapter, adapter.caughtInside));
    this.#stops.push(
      onFirstRequire(awaited),
      beforeFirstImport(() => this.attachAll(true)),
    );
  }

  /** Those whose library is installed, and the others as soon as it is seen. */
  attachAll(canWait: boolean): void {
    const hook = () => hookModules(this.#adapters.flatMap(namesOf), this.#log);
    // The thread loads what it needs while this one loads the adapters, and what is required does not pass through it.
    if (NEEDS_LOADER_THREAD) hook();
    const unseen: Adapter[] = [];
    for (const adapter of this.#adapters) {
      if (isInstalled(adapter)) this.#attach(adapter, canWait);
      else if (this.#waiting.has(adapter)) unseen.push(adapter);
    }
    if (unseen.length > 0) this.#attachWhenSeen(unseen);
    // Hooks in this thread would see all of that.
    if (!NEEDS_LOADER_THREAD) hook();
    this.#stops.push(onSeenByOtherCopies((url, exports) => this.#patchPart(url, exports)));
  }

  /** What an ES module has imported that was required: the hooks of the loader thread do not see it. */
  attachWhenModulesAreRequired(): void {
    const parsed = new ParsedModules();
    const look = () => {
      const files = parsed.next();
      const libraries = this.#adapters.flatMap(librariesOf);
      if (libraries.some((library) => foldersOf(library, files).size > 0)) this.attachLoaded();
    };
    this.#stops.push(afterRequiredModule(look), () => parsed.close());
  }

  /** What is loaded already. */
  attachLoaded(): void {
    const files = new LoadedFiles();
    for (const adapter of this.#adapters) {
      for (const library of [adapter.modules, ...(adapter.companions ?? [])]) {
        files.find(library, (loaded) => this.#attachAndPatch(adapter, loaded));
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    for (const stop of this.#stops) stop();
  }

  #await(adapter: Adapter, before: boolean | undefined) {
    const action = () => this.#attach(adapter, false);
    const libraries = adapter.scope === undefined ? librariesOf(adapter) : [adapter.scope];
    return libraries.map((library) => ({ library, action, before }));
  }

  #attachWhenSeen(unseen: readonly Adapter[]): void {
    // The hook of `require` may be up by now: it must know a library before that is loaded.
    this.#stops.push(onFirstRequire(unseen.flatMap((adapter) => this.#await(adapter, true))));
    onFirstSight((name, module) => {
      for (const adapter of unseen) {
        if (this.#waiting.has(adapter) && librariesOf(adapter).includes(name))
          this.#attachAndPatch(adapter, module);
      }
    });
  }

  /** A module that another copy of the hooks has seen, and ours never will. */
  #patchPart(url: string, exports: object): void {
    for (const adapter of this.#adapters) {
      const folder = this.#stopped ? undefined : folderOfPart(adapter, url);
      if (folder === undefined) continue;
      this.#attachAndPatch(adapter, { exports, version: readManifest(folder)?.version });
    }
  }

  #attachAndPatch(adapter: Adapter, loaded: LoadedLibrary): void {
    if (this.#stopped) return;
    this.#attach(adapter, false);
    // What cannot be attached has been told of, and whoever imports the library must not hear of it.
    if (!this.#failed.has(adapter)) this.#attaching.patch(adapter, loaded);
  }

  #attach(adapter: Adapter, canWait: boolean): void {
    if (!this.#waiting.delete(adapter)) return;
    try {
      this.#attaching.attach(adapter);
    } catch (error) {
      // In the middle of loading what the adapter needs; the library itself comes later.
      if (canWait && (error as NodeJS.ErrnoException).code === "ERR_REQUIRE_CYCLE_MODULE")
        this.#waiting.add(adapter);
      else {
        this.#failed.add(adapter);
        this.#log.warn(`${adapter.name} cannot be instrumented: ${String(error)}`);
      }
    }
  }
}

/** All modules and parts that the hooks of `import` must see. */
function namesOf({ modules, companions = [], files }: Adapter): (string | RegExp)[] {
  return [...modules, ...companions.flat(), ...(files === undefined ? [] : [files])];
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
