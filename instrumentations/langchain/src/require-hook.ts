import Module, { createRequire } from "node:module";

interface ModuleClass {
  readonly prototype: { require(this: unknown, id: string): unknown };
  readonly _cache: Readonly<Record<string, { readonly loaded?: boolean } | undefined>>;
  _resolveFilename(id: string, parent: unknown): string;
}

const LOADER = Module as unknown as ModuleClass;
const CORE = /@langchain[\\/]core[\\/]dist[\\/](.+)$/;

/**
 * Calls `loaded` with the exports of these files of the core when they are required. Before 0.3.76 the core's package has
 * no main entry, and OpenTelemetry's hook of `require` ignores every file of such a package. Returns what removes the hook.
 */
export function hookRequire(files: readonly string[], loaded: (exports: unknown) => void): () => void {
  const wanted = new Set(files);
  const names = new Set(files.map(lastPart));
  const { prototype } = LOADER;
  const original = prototype.require;
  const hooked: typeof original = function (id) {
    const exports = Reflect.apply(original, this, [id]);
    if (typeof id !== "string" || !names.has(lastPart(id))) return exports;
    const file = unseenFile(id, this);
    if (file !== undefined && wanted.has(file)) loaded(exports);
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

/** The file of the core that was required, if the other hook ignores it. */
function unseenFile(id: string, parent: unknown): string | undefined {
  const path = resolved(() => LOADER._resolveFilename(id, parent));
  const file = path && CORE.exec(path)?.[1]?.replaceAll("\\", "/");
  // In an import cycle it may not have all its exports yet.
  if (!file || LOADER._cache[path]?.loaded !== true) return undefined;
  return resolved(() => createRequire(path).resolve("@langchain/core")) === undefined ? file : undefined;
}

function resolved(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}
