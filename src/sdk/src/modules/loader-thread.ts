import module, { register } from "node:module";
import { pathToFileURL } from "node:url";
import type { LoaderData } from "./create-loader.js";
import type { HookLibrary } from "./hook-copy.js";
import { findLoader } from "./hook-library.js";
import { withoutPipes } from "./loader-output.js";
import type { ModuleName } from "./module-name.js";

/** Whether hooks for ES modules can only run in a thread of their own: before Node 22.15. */
export const NEEDS_LOADER_THREAD: boolean = !("registerHooks" in module);

/**
 * Starts the thread of Node's module loaders and does not wait for it; the first registration waits for what is left of
 * its start. Those Nodes start it with the first registration, before they look at the module that is registered, so
 * one that has no name ends the registration between the two. No Node to come is affected, since newer ones hook modules
 * without that thread.
 *
 * Nothing may be imported, and the event loop not be reached, before something is registered: imports go through the
 * thread from here on.
 */
export function startLoaderThread(): void {
  if (!NEEDS_LOADER_THREAD) return;
  try {
    withoutPipes(() => register(UNNAMED as unknown as string));
  } catch {
    // Always, by `UNNAMED`, or because threads are forbidden: then the registration says so.
  }
}

const UNNAMED = {
  toString() {
    throw new TypeError("no module");
  },
};

/** Node completes the registration before it returns, but the thread goes on to load the library by itself. */
export function hookThroughLoader(library: HookLibrary, include: readonly ModuleName[]): void {
  const data: LoaderData = { library: pathToFileURL(library.loader()).href, include };
  withoutPipes(() => {
    // Where the kit's own loader is missing, the library does without.
    if (!registerLoader(data)) register(data.library, { data });
  });
}

function registerLoader(data: LoaderData): boolean {
  try {
    const loader = findLoader();
    if (loader === undefined) return false;
    register(pathToFileURL(loader), { data });
    return true;
  } catch {
    return false;
  }
}
