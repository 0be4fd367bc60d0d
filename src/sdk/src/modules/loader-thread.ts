import module, { register } from "node:module";
import { pathToFileURL } from "node:url";
import type { LoaderData } from "./create-loader.js";
import type { HookLibrary } from "./hook-copy.js";
import { findLoader } from "./hook-library.js";
import { withoutPipes } from "./loader-output.js";
import type { ModuleName } from "./module-name.js";

/** Whether an ES module that is required, and what it imports, passes that thread by: before Node 22.15. */
export const PASSED_BY_REQUIRE: boolean = !("registerHooks" in module);

/**
 * Whether hooks for ES modules can only run in a thread of their own. Those for the application's own thread came with
 * Node 22.15, but until 22.22.3, 24.11.1 and 25.1 they cannot leave CommonJS to `require`, as the library does.
 */
export const NEEDS_LOADER_THREAD: boolean = PASSED_BY_REQUIRE || !leavesToRequire(process.versions.node);

/** Known by the version alone: the library knows as well, but brings its parser along, some 25 ms for nothing. */
export function leavesToRequire(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3);
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1);
  return major === 25 ? minor >= 1 : major > 25;
}

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
