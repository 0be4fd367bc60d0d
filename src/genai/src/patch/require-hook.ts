import Module, { createRequire } from "node:module";
import type { Companion, Definition } from "./definition.js";

interface ModuleClass {
  readonly prototype: { require(this: unknown, id: string): unknown };
  readonly _cache: Readonly<Record<string, { readonly loaded?: boolean } | undefined>>;
  _resolveFilename(id: string, parent: unknown): string;
}

const LOADER = Module as unknown as ModuleClass;

/**
 * Calls `loaded` with the exports of the files of a library when they are required, for packages without a main entry:
 * OpenTelemetry's hook of `require` ignores every file of those. Returns what removes the hook.
 */
export function hookRequire(
  { companions = [], ...library }: Definition,
  loaded: (exports: unknown) => void,
): () => undefined {
  const packages: readonly Companion[] = [library, ...companions];
  const names = new Set(packages.flatMap((each) => each.files?.map(lastPart) ?? []));
  if (names.size === 0) return () => undefined;
  const { prototype } = LOADER;
  const original = prototype.require;
  const hooked: typeof original = function (id) {
    const exports = Reflect.apply(original, this, [id]);
    if (typeof id !== "string" || !names.has(lastPart(id))) return exports;
    const path = loadedPath(id, this);
    if (path !== undefined && packages.some((each) => isUnseen(each, path))) loaded(exports);
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

/** The file that was required; none in an import cycle, where it may not have all its exports yet. */
function loadedPath(id: string, parent: unknown): string | undefined {
  const path = resolved(() => LOADER._resolveFilename(id, parent));
  return path !== undefined && LOADER._cache[path]?.loaded === true ? path : undefined;
}

/** Whether it is one of the package's files, and the other hook ignores it. */
function isUnseen({ module, files = [] }: Companion, path: string): boolean {
  const [, file] = path.replaceAll("\\", "/").split(`/node_modules/${module}/`);
  const isFile = file !== undefined && files.includes(file);
  return isFile && resolved(() => createRequire(path).resolve(module)) === undefined;
}

function resolved(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}
