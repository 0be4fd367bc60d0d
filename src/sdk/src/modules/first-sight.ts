import { findHookLibrary } from "./hook-library.js";
import { readManifest } from "./installed.js";
import type { LoadedLibrary } from "./loaded.js";

/** What of import-in-the-middle is used here: a hook for every module that is hooked at all. */
interface SeenLibrary {
  Hook: new (seen: (exports: unknown, name: string, folder: string | undefined) => void) => object;
}

/**
 * Calls `seen` with each hooked ES module before whoever imports it goes on, and with the name of its package. A hook
 * that is put up in there sees the modules that follow, and not this one.
 */
export function onFirstSight(seen: (name: string, module: LoadedLibrary) => void): void {
  const library = findHookLibrary()?.main() as SeenLibrary | undefined;
  if (library === undefined) return;
  new library.Hook((exports, name, folder) => {
    const version = folder === undefined ? undefined : readManifest(folder)?.version;
    seen(name, { exports, version });
  });
}
