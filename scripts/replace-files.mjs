import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Makes these the only files of a folder. A program that starts meanwhile finds each of them, whole: what is the same
 * stays as it is, what is new takes its place in one step, in this order, and only then goes what is no longer wanted.
 */
export function replaceFiles(folder, files) {
  for (const { path, text, mode } of files) {
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    // Beside the folder, where a build of somebody else does not take it for one of an earlier build.
    const fresh = join(dirname(folder), `.${basename(path)}.${process.pid}`);
    writeFileSync(fresh, text, { mode });
    renameSync(fresh, path);
  }
  if (!existsSync(folder)) return;
  const wanted = new Set(files.map(({ path }) => path));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(path)) rmSync(path);
  }
}
