import Module from "node:module";
import { types } from "node:util";
import { attempt } from "../attempt.js";
import { isOurs } from "./installed.js";

interface Loader {
  load(this: { readonly exports: unknown }, filename: string, ...rest: unknown[]): unknown;
}

/**
 * Runs `action` after each ES module that CommonJS requires: the loader thread sees nothing of those, nor of what they
 * import. Returns a function that ends this.
 */
export function afterRequiredModule(action: () => void): () => void {
  const prototype = (Module as unknown as { prototype: Loader }).prototype;
  const load = prototype.load;
  let listening = true;
  const watching: Loader["load"] = function (filename, ...rest) {
    const result = Reflect.apply(load, this, [filename, ...rest]);
    if (listening && types.isModuleNamespaceObject(this.exports) && !isOurs(filename)) attempt(action);
    return result;
  };
  prototype.load = watching;
  return () => {
    listening = false;
    if (prototype.load === watching) prototype.load = load;
  };
}
