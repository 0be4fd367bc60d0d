import { createRequire, register } from "node:module";
import { pathToFileURL } from "node:url";

/** What of import-in-the-middle is used here. */
interface HookLibrary {
  supportsSyncHooks(): boolean;
  register(options: { include: readonly string[] }): void;
}

/**
 * Lets instrumentations see these ESM modules, and leaves every other module alone. CommonJS needs nothing:
 * each instrumentation hooks `require` itself. Never throws.
 */
export function hookModules(modules: readonly string[]): void {
  if (modules.length === 0) return;
  try {
    if (!hookInThread(modules)) hookThroughLoader(modules);
  } catch (error) {
    process.stderr.write(`[kit] ES modules cannot be instrumented: ${String(error)}\n`);
  }
}

/** In the application's own thread, where Node can: no loader thread to start and to talk to. */
function hookInThread(modules: readonly string[]): boolean {
  const library = requireHookLibrary();
  if (!library?.supportsSyncHooks()) return false;
  library.register({ include: modules });
  return true;
}

/** The list goes along with the registration, which Node completes before it returns: no waiting needed. */
function hookThroughLoader(modules: readonly string[]): void {
  register(pathToFileURL(hookRequire().resolve("import-in-the-middle/hook.mjs")), {
    data: { include: modules },
  });
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
function hookRequire(): NodeJS.Require {
  const own = createRequire(import.meta.url);
  const sdk = createRequire(own.resolve("@kit/sdk"));
  return createRequire(sdk.resolve("@opentelemetry/instrumentation"));
}
