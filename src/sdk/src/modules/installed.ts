import { readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** What of a `package.json` matters here. */
export interface Manifest {
  readonly name?: string;
  readonly type?: string;
  readonly version?: string;
  readonly exports?: unknown;
  readonly main?: string;
  readonly module?: string;
}

export function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** The manifest of the package that a folder belongs to. */
export function nearestManifest(folder: string): Manifest | undefined {
  const parent = dirname(folder);
  return readManifest(folder) ?? (parent === folder ? undefined : nearestManifest(parent));
}

/** Whether a file is a part of the kit, all of which is shipped in folders of this name. */
export function isOurs(file: string): boolean {
  return (
    file.includes(`${sep}dist${sep}`) && nearestManifest(dirname(file))?.name?.startsWith("@kit/") === true
  );
}

/**
 * The manifest of a library where the application would find it: above its entry file, or above the folder it runs
 * in, which is another one under a test runner.
 */
export function findInstalled(library: string): Manifest | undefined {
  const entry = process.argv[1];
  return (
    (entry === undefined ? undefined : findAbove(dirname(entry), library)) ??
    findAbove(process.cwd(), library)
  );
}

function findAbove(folder: string, library: string): Manifest | undefined {
  const parent = dirname(folder);
  return (
    readManifest(join(folder, "node_modules", library)) ??
    (parent === folder ? undefined : findAbove(parent, library))
  );
}
