import module from "node:module";
import type { Log } from "../log.js";
import type { HookLibrary } from "./hook-copy.js";
import { findHookLibrary } from "./hook-library.js";
import { hookThroughLoader, NEEDS_LOADER_THREAD } from "./loader-thread.js";
import type { ModuleName } from "./module-name.js";
import { leaveTypeScriptToRequire } from "./typescript.js";

/** What a module name was resolved to, as far as it matters here. */
interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
}

/** Node's own, from 22.15. */
interface HookRegistry {
  registerHooks?(hooks: {
    resolve(
      specifier: string,
      context: unknown,
      next: (specifier: string, context: unknown) => Resolved,
    ): Resolved;
  }): unknown;
}

/** What its hooks for the application's own thread export. */
interface ThreadHooks {
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
  const library = findHookLibrary();
  if (library === undefined) {
    log.info(
      "a bundler took the kit in, so ES modules that are imported later are not seen: keep @kit/sdk external, or patch(sdk).",
    );
    return;
  }
  const hooked = slot[HOOKED];
  const wanted = modules.filter((name) => hooked?.includes(name) !== true);
  if (wanted.length === 0) return;
  // Hooks stay for the life of the process; those of this thread look into this very list.
  if (hooked != null) hooked.push(...wanted);
  else {
    slot[HOOKED] = wanted;
    try {
      if (!hookInThread(library, wanted)) hookThroughLoader(library, wanted);
    } catch (error) {
      log.warn(`ES modules cannot be instrumented: ${String(error)}`);
    }
  }
}

/** In the application's own thread, where Node can: no loader thread to start and to talk to. */
function hookInThread(library: HookLibrary, modules: readonly ModuleName[]): boolean {
  const hooks = findThreadHooks(library);
  if (hooks === undefined) return false;
  nameBuiltIns();
  hooks.register({ include: modules });
  leaveTypeScriptToRequire();
  return true;
}

/**
 * Says what a built-in module is, below the library: Node does not where nobody requires it, as for the globals of
 * `-e` and the REPL, and the library (3.6) then has Node read a file of that name.
 */
function nameBuiltIns(): void {
  (module as HookRegistry).registerHooks?.({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const unnamed = resolved.format == null && resolved.url.startsWith("node:");
      return unnamed ? { ...resolved, format: "builtin" } : resolved;
    },
  });
}

/** The hooks for the application's own thread, where both Node and the library have them. */
export function findThreadHooks(library: HookLibrary): ThreadHooks | undefined {
  // Asked first: the library brings a parser along, which no start should wait for in vain.
  if (NEEDS_LOADER_THREAD) return undefined;
  try {
    const hooks = library.inThread() as ThreadHooks;
    return hooks.supportsSyncHooks() ? hooks : undefined;
  } catch {
    // A tree can hold an older version, which has only the loader.
    return undefined;
  }
}
