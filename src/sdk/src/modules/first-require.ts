import Module from "node:module";

interface Requirer {
  require(this: unknown, id: string): unknown;
}

/** A library that is waited for. */
export interface Awaited {
  /** Its name, or how the names of all packages begin that need it. */
  readonly library: string;
  readonly action: () => void;
  /** Whether `action` comes before the library itself is loaded, as it always does before a part of it. */
  readonly before?: boolean | undefined;
}

/**
 * Runs the `action` of a library when a CommonJS file requires it for the first time, before that file goes on. The
 * hook of OpenTelemetry's instrumentations resolves every file a second time, so it is not put up before there is
 * something to instrument; requiring again then passes through it. A part of the library may be all that is
 * seen of it, so that hook is there before the part is loaded. Returns a function that ends the wait.
 */
export function onFirstRequire(libraries: readonly Awaited[]): () => void {
  const prototype = (Module as unknown as { prototype: Requirer }).prototype;
  const original = prototype.require;
  const waiting = new Set(libraries);
  const restore = () => {
    if (prototype.require === watching) prototype.require = original;
  };
  const watching: Requirer["require"] = function (id) {
    const wanted = waiting.size > 0 && typeof id === "string" ? matching(id, waiting) : [];
    if (wanted.length === 0) return Reflect.apply(original, this, [id]);
    if (wanted.some(({ library, before }) => library === id && before !== true))
      Reflect.apply(original, this, [id]);
    for (const each of wanted) {
      // Loading what one action needs may have come by here for another.
      if (!waiting.delete(each)) continue;
      if (waiting.size === 0) restore();
      each.action();
    }
    return Reflect.apply(prototype.require, this, [id]);
  };
  prototype.require = watching;
  return () => {
    waiting.clear();
    restore();
  };
}

function matching(id: string, waiting: ReadonlySet<Awaited>): Awaited[] {
  const found: Awaited[] = [];
  // By its path, as tools require a file, on Windows, too.
  const name = id.replaceAll("\\", "/");
  for (const each of waiting) if (name.includes(each.library)) found.push(each);
  return found;
}
