import Module, { createRequire } from "node:module";
import type { Definition } from "./definition.js";

interface ModuleClass {
  readonly prototype: { require(this: unknown, id: string): unknown };
  readonly _cache: Readonly<Record<string, { readonly loaded?: boolean } | undefined>>;
  _resolveFilename(id: string, parent: unknown): string;
}

const LOADER = Module as unknown as ModuleClass;

/**
 * Calls `loaded` with the exports of the definition's files when they are required, for packages without a main entry:
 * OpenTelemetry's hook of `require` ignores every file of those. Returns what removes the hook.
 */
export function hookRequire(
  { module, files = [] }: Definition,
  loaded: (exports: unknown) => void,
): () => undefined {
  if (files.length === 0) return () => undefined;
  const names = new Set(files.map(lastPart));
  const { prototype } = LOADER;
  const original = prototype.require;
  const hooked: typeof original = function (id) {
    const exports = Reflect.apply(original, this, [id]);
    if (typeof id !== "string" || !names.has(lastPart(id))) return exports;
    const file = unseenFile(module, id, this);
    if (file !== undefined && files.includes(file)) loaded(exports);
    return exports;
  };
  prototype.require = hooked;
  return () => {
    if (prototype.require === hooked) prototype.require = original;
  };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The module's file that was required, if the other hook ignores it. */
function unseenFile(module: string, id: string, parent: unknown): string | undefined {
  const path = resolved(() => LOADER._resolveFilename(id, parent));
  const [, file] = path?.replaceAll("\\", "/").split(`/node_modules/${module}/`) ?? [];
  // In an import cycle it may not have all its exports yet.
  if (!path || LOADER._cache[path]?.loaded !== true) return undefined;
  return resolved(() => createRequire(path).resolve(module)) === undefined ? file : undefined;
}

function resolved(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}
