import { sep } from "node:path";
import { type HookLibrary, hookLibraryOf } from "./hook-copy.js";
import { requiredFiles } from "./require-cache.js";

const INSTRUMENTATION = ["", "node_modules", "@opentelemetry", "instrumentation", "build", ""].join(sep);

/** That of the instrumentations, if the bundler left them outside; else it is a part of the bundle and sees nothing. */
export function findHookLibrary(): HookLibrary | undefined {
  const file = requiredFiles().find((path) => path.includes(INSTRUMENTATION));
  if (file === undefined) return undefined;
  return hookLibraryOf(process.getBuiltinModule("node:module").createRequire(file));
}

/** A bundle holds the instrumentations, whether it needs them or not, and runs them at its start. */
export function isHooked(): boolean {
  return true;
}
