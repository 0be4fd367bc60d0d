import { readFileSync } from "node:fs";
import Module from "node:module";
import { sep } from "node:path";
import { holdsImportCall, looksLikeModule } from "./import-syntax.js";
import { isOurs } from "./installed.js";
import { requiredFiles } from "./require-cache.js";

interface Compiler {
  _compile(this: unknown, source: string, filename: string, ...rest: unknown[]): unknown;
}

/** Files that speak of imports and never import a library: acting while they load would need them half loaded. */
const OPENTELEMETRY = /[\\/](?:@opentelemetry|import-in-the-middle|require-in-the-middle)[\\/]/;

/**
 * Whether a file of the application that is loaded already could import an ES module later. Files of packages are
 * passed over: there may be thousands.
 */
export function isImportLoaded(files = requiredFiles()): boolean {
  return files.some((file) => !isPackaged(file) && canImport(file));
}

function isPackaged(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`);
}

function canImport(file: string): boolean {
  try {
    return holdsImportCall(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Runs `action` before the first file that could import an ES module is evaluated: CommonJS with an import call, or an
 * ES module that is required. Hooks for ES modules cost every start, the loader thread of older Nodes most of all, and
 * most CommonJS applications never import one. A file that builds the word at run time escapes this. Returns a function
 * that ends the wait.
 */
export function beforeFirstImport(action: () => void): () => void {
  const prototype = (Module as unknown as { prototype: Compiler }).prototype;
  const compile = prototype._compile;
  let done = false;
  const finish = () => {
    done = true;
    if (prototype._compile === watching) prototype._compile = compile;
  };
  const watching: Compiler["_compile"] = function (source, filename, ...rest) {
    if (!done && typeof source === "string" && mayImport(source, filename, rest[0])) {
      finish();
      action();
    }
    return Reflect.apply(compile, this, [source, filename, ...rest]);
  };
  prototype._compile = watching;
  return finish;
}

/** @param format as Node knows it before it looks at the source */
function mayImport(source: string, file: string, format: unknown): boolean {
  if (OPENTELEMETRY.test(file)) return false;
  if (format === "module") return !isOurs(file);
  return format === undefined && !isPackaged(file) ? looksLikeModule(source) : holdsImportCall(source);
}
