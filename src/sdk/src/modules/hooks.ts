import module, { createRequire, register } from "node:module";
import { pathToFileURL } from "node:url";
import type { Log } from "../log.js";
import { withoutPipes } from "./loader-output.js";
import { leaveTypeScriptToRequire } from "./typescript.js";

/** A module as applications import it, or what the URLs of such modules match. */
export type ModuleName = string | RegExp;

/** What of import-in-the-middle is used here. */
interface HookLibrary {
  supportsSyncHooks(): boolean;
  register(options: { include: readonly ModuleName[] }): void;
}

const HOOKED = Symbol.for("@kit/sdk/hooked");

/** On the global object, because a second registration, whoever makes it, would only be warned about. */
const slot = globalThis as { [HOOKED]?: ModuleName[] };

/**
 * Lets instrumentations see these ES modules, and leaves every other module alone. CommonJS needs nothing:
 * each instrumentation hooks `require` itself. Never throws.
 */
export function hookModules(modules: readonly ModuleName[], log: Log): void {
  const hooked = slot[HOOKED];
  const wanted = modules.filter((name) => hooked?.includes(name) !== true);
  if (wanted.length === 0) return;
  // Hooks stay for the life of the process; those of this thread look into this very list.
  if (hooked != null) hooked.push(...wanted);
  else {
    slot[HOOKED] = wanted;
    try {
      const inThread = hookInThread(wanted);
      if (!inThread) hookThroughLoader(wanted);
      leaveTypeScriptToRequire(inThread);
    } catch (error) {
      log.warn(`ES modules cannot be instrumented: ${String(error)}`);
    }
  }
}

/** In the application's own thread, where Node can: no loader thread to start and to talk to. */
function hookInThread(modules: readonly ModuleName[]): boolean {
  // Asked first: the library brings a parser along, which no start should wait for in vain.
  if (!("registerHooks" in module)) return false;
  const library = requireHookLibrary();
  if (!library?.supportsSyncHooks()) return false;
  library.register({ include: modules });
  return true;
}

/** The list goes along with the registration, which Node completes before it returns: no waiting needed. */
function hookThroughLoader(modules: readonly ModuleName[]): void {
  const hook = pathToFileURL(hookRequire().resolve("import-in-the-middle/hook.mjs"));
  withoutPipes(() => register(hook, { data: { include: modules } }));
}

function requireHookLibrary(): HookLibrary | undefined {
  try {
    return hookRequire()("import-in-the-middle/register-hooks.mjs");
  } catch {
    // A tree can hold an older version, which has only the loader.
    return undefined;
  }
}

/**
 * Resolves as the instrumentations do. Hooks work only through their copy of import-in-the-middle, and an
 * application's tree may hold several.
 */
export function hookRequire(): NodeJS.Require {
  const own = createRequire(import.meta.url);
  return createRequire(own.resolve("@opentelemetry/instrumentation"));
}
