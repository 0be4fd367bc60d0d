import Module from "node:module";
import { dirname, sep } from "node:path";
import { attempt } from "../attempt.js";
import { HOOK_LIBRARY } from "./hook-copy.js";
import { findHookLibrary } from "./hook-library.js";
import { requireByPath, requiredFiles } from "./require-cache.js";

/** Told of an ES module: where it is, and its exports, to be written to. */
type Seen = (url: string, exports: object) => void;

/** What a copy of import-in-the-middle keeps: who is told, and what it has told of so far. */
interface Registry {
  readonly importHooks: Seen[];
  readonly toHook: readonly (readonly [url: string, exports: object])[];
}

interface Compiler {
  _compile(this: unknown, source: string, filename: string, ...rest: unknown[]): unknown;
}

/** The file through which a wrapped module tells its copy that it is loaded. */
const REGISTRY = ["", HOOK_LIBRARY, "lib", "register.js"].join(sep);

/**
 * Calls `seen` with each ES module that another copy of import-in-the-middle wraps, such as the one within dd-trace: a
 * module is wrapped once, and then no other copy hears of it. Copies may be loaded at any time. Returns a function
 * that listens to no more of them.
 */
export function onSeenByOtherCopies(seen: Seen): () => void {
  const own = ownFolder();
  const guarded: Seen = (url, exports) => attempt(() => seen(url, exports));
  const listenTo = (file: string) => {
    if (dirname(dirname(file)) === own) return;
    attempt(() => {
      // Not by its `addHook`: its main module may be the one that is loading this file.
      const { importHooks, toHook } = requireByPath(file) as Registry;
      importHooks.push(guarded);
      for (const [url, exports] of toHook) guarded(url, exports);
    });
  };
  for (const file of requiredFiles()) if (file.endsWith(REGISTRY)) listenTo(file);
  const prototype = (Module as unknown as { prototype: Compiler }).prototype;
  const compile = prototype._compile;
  let listening = true;
  const watching: Compiler["_compile"] = function (source, filename, ...rest) {
    const compiled = Reflect.apply(compile, this, [source, filename, ...rest]);
    if (listening && String(filename).endsWith(REGISTRY)) listenTo(filename);
    return compiled;
  };
  prototype._compile = watching;
  return () => {
    listening = false;
    if (prototype._compile === watching) prototype._compile = compile;
  };
}

function ownFolder(): string | undefined {
  const library = findHookLibrary();
  return library === undefined ? undefined : dirname(library.loader());
}
