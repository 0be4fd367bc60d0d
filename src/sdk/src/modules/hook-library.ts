import { createRequire } from "node:module";
import { require } from "../require.js";
import { HOOK_LIBRARY, type HookLibrary, hookLibraryOf } from "./hook-copy.js";

/**
 * The copy that the instrumentations have: hooks work only through that one, and an application's tree may hold
 * several. `undefined` where it is on no disk: see `hook-library-in-bundle.ts`.
 */
export function findHookLibrary(): HookLibrary | undefined {
  const theirs = createRequire(instrumentationBase());
  if (require.resolve(HOOK_LIBRARY) !== theirs.resolve(HOOK_LIBRARY)) return hookLibraryOf(theirs);
  // Spelled out for the tools that collect the files of a deployment; the last call, for them alone, is never reached.
  return {
    main: () => require("import-in-the-middle"),
    inThread: () => require("import-in-the-middle/register-hooks.mjs"),
    loader: () =>
      require.resolve("import-in-the-middle/hook.mjs") || require("import-in-the-middle/hook.mjs"),
  };
}

/** The file with the kit's own hooks for the thread of loaders, which make way for those of the library. */
export function findLoader(): string | undefined {
  return require.resolve("@kit/sdk/loader") || require("@kit/sdk/loader");
}

/** The hook of OpenTelemetry's instrumentations shows nobody a module that it has seen before. */
export function isHooked(): boolean {
  return instrumentationBase() in require.cache;
}

/**
 * The file that the kit's instrumentations inherit from. Where the application has another version of it, npm puts a
 * copy into each of the kit's packages, and that of the engine is theirs.
 */
function instrumentationBase(): string {
  return createRequire(require.resolve("@kit/genai")).resolve("@opentelemetry/instrumentation");
}

/** Makes what hooks `require`: see `hook-library-in-bundle.ts`, where that may go wrong. */
export function withRequireHook<Made>(make: () => Made): Made {
  return make();
}
