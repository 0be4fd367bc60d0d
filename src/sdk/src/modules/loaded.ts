import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startsAsCommonJS } from "./entry-point.js";
import { findInstalled, type Manifest, readManifest } from "./installed.js";
import { requireByPath, requiredFiles } from "./require-cache.js";

/** A library that was loaded before anything could be hooked. */
export interface LoadedLibrary {
  readonly exports: unknown;
  readonly version: string | undefined;
}

/** Files that are loaded: looked up once for all libraries, and only where one of them is installed at all. */
export class LoadedFiles {
  #files: readonly string[] | undefined;

  /**
   * Calls `found` for each copy of a library that is loaded, as CommonJS, as an ES module or both; at once where
   * Node lets an ES module be required, so that the application's next call is already seen.
   */
  find(
    specifiers: readonly [library: string, ...parts: string[]],
    found: (loaded: LoadedLibrary) => void,
  ): void {
    const [library] = specifiers;
    // Yarn's Plug'n'Play has no folders to look into, only files that are loaded.
    if (process.versions.pnp === undefined && findInstalled(library) === undefined) return;
    this.#files ??= loadedFiles();
    const loaded = new Set(this.#files);
    for (const folder of foldersOf(library, this.#files)) {
      const manifest = readManifest(folder) ?? {};
      const { version } = manifest;
      const entries = specifiers.flatMap((specifier) =>
        entryFiles(folder, manifest, specifier.slice(library.length)),
      );
      for (const file of new Set(entries)) {
        if (loaded.has(file)) withExports(file, (exports) => found({ exports, version }));
      }
    }
  }
}

function loadedFiles(): string[] {
  const required = requiredFiles();
  return startsAsCommonJS() ? required : [...new Set([...required, ...parsedFiles()])];
}

/** ES modules stand in no list that a program can read, but a debugger is told of every script there is. */
function parsedFiles(): string[] {
  const files: string[] = [];
  try {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connect();
    session.on("Debugger.scriptParsed", ({ params: { url } }) => {
      if (url.startsWith("file:")) files.push(fileURLToPath(url.replace(/[?#].*/, "")));
    });
    session.post("Debugger.enable");
    session.disconnect();
  } catch {
    // A Node without inspector, or one that forbids it: the application can still patch by hand.
  }
  return files;
}

function foldersOf(library: string, files: readonly string[]): Set<string> {
  const marker = `${sep}node_modules${sep}${library.replaceAll("/", sep)}${sep}`;
  return new Set(
    files.flatMap((file) => {
      const at = file.lastIndexOf(marker);
      return at < 0 ? [] : [file.slice(0, at + marker.length - sep.length)];
    }),
  );
}

/** Files that can stand behind `library` (`subpath` is empty) or `library/subpath`, under whatever condition. */
function entryFiles(folder: string, { exports, main, module }: Manifest, subpath: string): string[] {
  const table = exports as Readonly<Record<string, unknown>> | undefined;
  const listed = textsIn(table?.[`.${subpath}`] ?? (subpath === "" ? exports : undefined));
  const usual =
    subpath === ""
      ? [main, module, "index.js"]
      : ["js", "mjs", "cjs"].map((ending) => `.${subpath}.${ending}`);
  return [...listed, ...usual].flatMap((file) => (file === undefined ? [] : [join(folder, file)]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function withExports(file: string, use: (exports: unknown) => void): void {
  let exports: unknown;
  try {
    exports = requireByPath(file);
  } catch {
    // In the middle of being evaluated, or waiting for something itself.
    import(
      /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ pathToFileURL(file).href
    ).then(use, () => {});
    return;
  }
  use(exports);
}
