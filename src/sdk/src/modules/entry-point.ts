import { readFileSync, realpathSync } from "node:fs";
import { dirname, extname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { looksLikeModule } from "./import-syntax.js";
import { nearestManifest } from "./installed.js";

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
  try {
    return isCommonJS(realpathSync(entry));
  } catch {
    // No such file, or one that Node finds by adding an ending.
    return false;
  }
}

function isCommonJS(file: string): boolean {
  const extension = extname(file);
  if (extension === ".cjs") return true;
  if (extension !== ".js") return false;
  const type = nearestManifest(dirname(file))?.type;
  // Without a type, Node goes by the syntax.
  return type === "commonjs" || (type !== "module" && !looksLikeModule(readFileSync(file, "utf8")));
}
