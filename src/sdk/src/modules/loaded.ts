import { readFileSync } from "node:fs";
import Module from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { startsAsCommonJS } from "./entry-point.js";
import { isOurs, type Manifest, readManifest } from "./installed.js";
import { ParsedModules } from "./parsed-modules.js";
import { requireByPath, requiredFiles } from "./require-cache.js";

/** A library that was loaded before anything could be hooked. */
export interface LoadedLibrary {
  readonly exports: unknown;
  readonly version: string | undefined;
}

/** How Node itself loads a file, whatever has been put in the place of `require`. */
interface Loader {
  _compile(source: string, filename: string, format: "module"): void;
}

/** Files that are loaded. One may be both, and then there are two copies of it. */
interface Loaded {
  readonly required: ReadonlySet<string>;
  readonly modules: ReadonlySet<string>;
}

/**
 * Files that are loaded, looked up once for all libraries. Where those are installed says nothing: in a workspace, or with
 * pnpm, only the package that imports a library sees it.
 */
export class LoadedFiles {
  #files: Loaded | undefined;

  /**
   * Calls `found` for each copy of a library that is loaded, as CommonJS, as an ES module or both; at once where
   * Node lets an ES module be required, so that the application's next call is already seen.
   */
  find(
    specifiers: readonly [library: string, ...parts: string[]],
    found: (loaded: LoadedLibrary) => void,
  ): void {
    const [library] = specifiers;
    this.#files ??= loadedFiles();
    const { required, modules } = this.#files;
    for (const folder of foldersOf(library, [...required, ...modules])) {
      const manifest = readManifest(folder) ?? {};
      const { version } = manifest;
      const entries = specifiers.flatMap((specifier) =>
        entryFiles(folder, manifest, specifier.slice(library.length)),
      );
      for (const file of new Set(entries)) {
        const tell = (exports: unknown) => found({ exports, version });
        if (required.has(file)) withExports(file, requireByPath, tell);
        if (modules.has(file)) withExports(file, loadedModule, tell);
      }
    }
  }
}

function loadedFiles(): Loaded {
  return {
    required: new Set(requiredFiles()),
    modules: new Set(startsAsCommonJS() && !isModuleRequired() ? [] : parsedModules()),
  };
}

/** Whether CommonJS has required an ES module other than the kit's. */
function isModuleRequired(): boolean {
  return Object.entries(requireByPath.cache).some(
    ([file, required]) => types.isModuleNamespaceObject(required?.exports) && !isOurs(file),
  );
}

function parsedModules(): string[] {
  const parsed = new ParsedModules();
  const files = parsed.next();
  parsed.close();
  return files;
}

/** Where the copies of a library are that these files belong to. */
export function foldersOf(library: string, files: readonly string[]): Set<string> {
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

function withExports(file: string, read: (file: string) => unknown, use: (exports: unknown) => void): void {
  let exports: unknown;
  try {
    exports = read(file);
  } catch {
    // In the middle of being evaluated, or waiting for something itself.
    import(
      /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ pathToFileURL(file).href
    ).then(use, () => {});
    return;
  }
  use(exports);
}

/**
 * What an ES module that is loaded exports, found as Node's own `require` finds it. Under tsx, `require` would compile
 * the library a second time and return that copy instead of the application's.
 */
function loadedModule(file: string): unknown {
  const module = new Module(file);
  (module as unknown as Loader)._compile(readFileSync(file, "utf8"), file, "module");
  return module.exports;
}
