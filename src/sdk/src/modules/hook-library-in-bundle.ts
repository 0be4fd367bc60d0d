import Module from "node:module";
import { sep } from "node:path";
import { type HookLibrary, hookLibraryOf } from "./hook-copy.js";
import { requireByPath, requiredFiles } from "./require-cache.js";

const INSTRUMENTATION = ["", "node_modules", "@opentelemetry", "instrumentation", "build", ""].join(sep);

/** That of the instrumentations, if the bundler left them outside; else it is a part of the bundle and sees nothing. */
export function findHookLibrary(): HookLibrary | undefined {
  const file = requiredFiles().find((path) => path.includes(INSTRUMENTATION));
  if (file === undefined) return undefined;
  return hookLibraryOf(process.getBuiltinModule("node:module").createRequire(file));
}

/** There are no files beside a bundle. */
export function findLoader(): string | undefined {
  return undefined;
}

/** A bundle holds the instrumentations, whether it needs them or not, and runs them at its start. */
export function isHooked(): boolean {
  return true;
}

/**
 * Makes what hooks `require`, and takes that hook away where it cannot work: Rollup leaves it no `require` of its own
 * in an ES module, and everything that the application requires from then on would fail in it.
 */
export function withRequireHook<Made>(make: () => Made): Made {
  const { prototype } = Module as unknown as { prototype: { require: unknown } };
  const original = prototype.require;
  const made = make();
  if (prototype.require !== original && !canRequire()) prototype.require = original;
  return made;
}

/** Requires the one file that is there for certain, without reading it. */
function canRequire(): boolean {
  const file = process.execPath;
  const loaded = new Module(file);
  loaded.loaded = true;
  requireByPath.cache[file] = loaded;
  try {
    requireByPath(file);
    return true;
  } catch {
    return false;
  } finally {
    delete requireByPath.cache[file];
  }
}
