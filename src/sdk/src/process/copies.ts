import { sep } from "node:path";
import type { Log } from "../log.js";
import { requiredFiles } from "../modules/require-cache.js";

/** Packages of which a second copy in the same process silently loses spans. */
export const SINGLETONS = {
  "import-in-the-middle": "ESM modules hooked through one copy are not seen through the other",
  "@opentelemetry/api": "spans made through one copy can be missing from traces of the other",
} as const;

const LOOK_AGAIN_AFTER_MS = 2000;

/**
 * Checks twice, at once and when the application has loaded its modules, whether a package that must be unique is loaded
 * more than once, and warns once. Returns a function that cancels the second check.
 */
export function warnOfSecondCopies(log: Log): () => void {
  // Both packages are CommonJS, so importing them leaves an entry in the require cache too.
  const look = () => {
    for (const line of describeCopies(requiredFiles())) log.warn(line);
  };
  look();
  // Most applications have loaded everything by then; a shorter one is checked when it ends.
  const timer = setTimeout(look, LOOK_AGAIN_AFTER_MS).unref();
  process.once("beforeExit", look);
  return () => {
    clearTimeout(timer);
    process.removeListener("beforeExit", look);
  };
}

/** One line for each of these packages that the files contain more than once. */
export function describeCopies(files: readonly string[]): string[] {
  return Object.entries(SINGLETONS).flatMap(([name, consequence]) => {
    const folders = new Set(files.flatMap((file) => folderOf(name, file) ?? []));
    if (folders.size < 2) return [];
    const list = [...folders].join(" and ");
    return [`${name} is loaded ${folders.size} times (${list}): ${consequence}. See "npm ls ${name}".`];
  });
}

function folderOf(name: string, file: string): string | undefined {
  const marker = `${sep}node_modules${sep}${name.replaceAll("/", sep)}${sep}`;
  const at = file.lastIndexOf(marker);
  return at < 0 ? undefined : file.slice(0, at + marker.length - sep.length);
}
