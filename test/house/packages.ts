import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  description?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  main?: string;
  types?: string;
  typesVersions?: Record<string, Record<string, string[]>>;
  exports: Record<string, { types: string; module?: string; default: string }>;
}

/** A package of the workspace that users install. */
export interface Package {
  /** Folder below the root, such as `src/genai`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every package that is published. */
export function publishedPackages(): Package[] {
  return ["src", "instrumentations", "exporters"].flatMap((room) =>
    readdirSync(join(ROOT, room))
      .map((name) => `${room}/${name}`)
      .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
      .map((folder) => ({ folder, manifest: readManifest(folder) })),
  );
}

/** TypeScript sources of a package, tests and fixtures left out; paths below the root. */
export function sourcesOf({ folder }: Package): string[] {
  return readdirSync(join(ROOT, folder, "src"), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|fixture)\.ts$/.test(entry.name),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** Modules that a source imports or re-exports, with whether only types are taken. */
export function importsOf(path: string): { from: string; typeOnly: boolean }[] {
  const source = readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = source.matchAll(
    /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g,
  );
  return [...found].map(([, type, from, dynamic]) => ({
    from: from ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

/** Every file of the workspace but what is installed or built; paths below the root. */
export function workspaceFiles(): string[] {
  const visit = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      if (/^(node_modules|dist|\.git|\.cache)$/.test(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? visit(path) : [path];
    });
  return visit(".");
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
}
