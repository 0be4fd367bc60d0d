import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { isMainThread } from "node:worker_threads";

const PRELOADS = /--(?:import|loader|experimental-loader)\b/g;

/**
 * Whether the application starts as CommonJS, loaded by Node alone. `false` when in doubt: a worker, a program
 * on the command line, TypeScript, or another loader that decides how files are read.
 */
export function startsAsCommonJS(
  entry = process.argv[1],
  flags = `${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS ?? ""}`,
  inMainThread = isMainThread,
): boolean {
  // One preload is the kit's, if it is preloaded at all.
  if (!inMainThread || !entry || (flags.match(PRELOADS) ?? []).length > 1) return false;
  const extension = extname(entry);
  if (extension === ".cjs") return true;
  return extension === ".js" && nearestType(dirname(entry)) !== "module";
}

/** The `type` of the package that a folder belongs to. */
function nearestType(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).type;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : nearestType(parent);
  }
}
