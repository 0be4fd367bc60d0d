import Module from "node:module";

interface Compiler {
  _compile(this: unknown, source: string, ...rest: unknown[]): unknown;
}

/** An import call; not the one that error messages quote, as in a file that every user of openai loads. */
const DYNAMIC_IMPORT = /(?<![\w$.`'"])import\s*\(/;

/**
 * Runs `action` before the first CommonJS file that could import an ES module is evaluated. Hooks for ES
 * modules cost every start, the loader thread of older Nodes most of all, and most CommonJS applications
 * never import one. A file that builds the word at run time escapes this.
 */
export function beforeFirstImport(action: () => void): void {
  const prototype = (Module as unknown as { prototype: Compiler }).prototype;
  const compile = prototype._compile;
  const watching: Compiler["_compile"] = function (source, ...rest) {
    if (typeof source === "string" && DYNAMIC_IMPORT.test(source)) {
      if (prototype._compile === watching) prototype._compile = compile;
      once();
    }
    return Reflect.apply(compile, this, [source, ...rest]);
  };
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    action();
  };
  prototype._compile = watching;
}
