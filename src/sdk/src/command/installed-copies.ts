import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readManifest } from "../modules/installed.js";
import { findPlugged } from "./plugged.js";

/** A package on the disk. */
export interface Copy {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** Whether a program in the folder where the search began would get this one. */
  readonly nearest: boolean;
}

/**
 * Every copy of these packages that a program in a folder could load, itself or through what it depends on: nested
 * ones, those of workspaces that are linked, and those in the store of pnpm.
 */
export function findCopies(names: ReadonlySet<string>, start: string): readonly Copy[] {
  const { found, nearest } =
    process.versions.pnp === undefined ? findInFolders(names, start) : findPlugged(names, start);
  return [...found].map(([folder, name]) => ({
    name,
    version: readManifest(folder)?.version ?? "?",
    folder,
    nearest: folder === nearest(name),
  }));
}

function findInFolders(names: ReadonlySet<string>, start: string) {
  const search = new Search(names);
  for (const folder of foldersAbove(start)) search.visitModules(join(folder, "node_modules"));
  return { found: search.found, nearest: (name: string) => findNearest(name, start) };
}

/** Where a program in this folder finds a package. */
function findNearest(name: string, start: string): string | undefined {
  for (const folder of foldersAbove(start)) {
    const path = join(folder, "node_modules", name);
    if (readManifest(path) !== undefined) return realpathSync(path);
  }
  return undefined;
}

/** Depth first, each folder once: links make circles. */
class Search {
  readonly found = new Map<string, string>();
  readonly #names: ReadonlySet<string>;
  readonly #visited = new Set<string>();

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  visitModules(modules: string): void {
    if (!this.#isNew(modules)) return;
    for (const name of entriesOf(modules)) {
      if (!name.startsWith("@")) this.#visitPackage(modules, name);
      else for (const part of entriesOf(join(modules, name))) this.#visitPackage(modules, `${name}/${part}`);
    }
  }

  #visitPackage(modules: string, name: string): void {
    const folder = realOf(join(modules, name));
    if (folder === undefined || !this.#isNew(folder)) return;
    if (this.#names.has(name) && readManifest(folder) !== undefined) this.found.set(folder, name);
    this.visitModules(join(folder, "node_modules"));
    // What a package in the store of pnpm depends on lies beside it.
    const around = name.includes("/") ? dirname(dirname(folder)) : dirname(folder);
    if (basename(around) === "node_modules") this.visitModules(around);
  }

  #isNew(folder: string): boolean {
    if (this.#visited.has(folder)) return false;
    this.#visited.add(folder);
    return true;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // A link into nowhere.
    return undefined;
  }
}

export function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
