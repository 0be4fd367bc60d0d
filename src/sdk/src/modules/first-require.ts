import Module from "node:module";

interface Requirer {
  require(this: unknown, id: string): unknown;
}

/**
 * Runs `action` when a CommonJS file requires a library for the first time, before that file goes on. The hook
 * of OpenTelemetry's instrumentations resolves every file a second time, so it is not put up before there is
 * something to instrument; requiring again then passes through it. A part of the library may be all that is
 * seen of it, so that hook is there before the part is loaded; and `before` the library itself where that is asked for.
 */
export function onFirstRequire(library: string, action: () => void, before = false): void {
  const prototype = (Module as unknown as { prototype: Requirer }).prototype;
  const original = prototype.require;
  let waiting = true;
  const watching: Requirer["require"] = function (id) {
    const wanted = waiting && typeof id === "string" && id.includes(library);
    if (!wanted) return Reflect.apply(original, this, [id]);
    if (id === library && !before) Reflect.apply(original, this, [id]);
    if (waiting) {
      waiting = false;
      if (prototype.require === watching) prototype.require = original;
      action();
    }
    return Reflect.apply(prototype.require, this, [id]);
  };
  prototype.require = watching;
}
