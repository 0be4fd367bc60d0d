import module from "node:module";

/** What a loader says of a file, as far as it matters here. */
export interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
}

/** How it is asked for. */
export interface Wanted {
  readonly conditions?: readonly string[];
}

type Load = (url: string, context: Wanted, next: (url: string, context: Wanted) => Loaded) => Loaded;

/** What Nodes have that read TypeScript by themselves; the types here are of Node 20. */
const { features } = process as { readonly features: { readonly typescript?: unknown } };
const { registerHooks } = module as { registerHooks?(hooks: { readonly load: Load }): unknown };

/** Has this thread load CommonJS TypeScript by Node's CommonJS loader: see {@link leaveToRequire}. */
export function leaveTypeScriptToRequire(): void {
  if (!features.typescript) return;
  registerHooks?.({ load: (url, context, next) => leaveToRequire(url, context, next(url, context)) });
}

/**
 * Leaves out the source of CommonJS TypeScript, which asks Node 22 to read the file as `require` does. Started or
 * imported through the loader of ES modules, which any `--import` brings in, such a file is given a `require` of that
 * loader's own, and so is all that it requires: nothing that watches `require` sees a library. Node 24 does so by itself.
 */
export function leaveToRequire<Answer extends Loaded>(
  url: string,
  { conditions }: Wanted,
  loaded: Answer,
): Answer {
  if (loaded.format !== "commonjs-typescript" || loaded.source == null) return loaded;
  // What is required is in the right hands.
  if (conditions?.includes("require")) return loaded;
  try {
    const file = process.getBuiltinModule("node:fs").readFileSync(new URL(url));
    // Another loader may have put something else in its place.
    if (file.compare(Buffer.from(loaded.source as Uint8Array)) !== 0) return loaded;
  } catch {
    return loaded;
  }
  return { ...loaded, format: "commonjs", source: null };
}
