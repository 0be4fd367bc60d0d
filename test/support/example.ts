import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Below the root, so that programs in it find the packages. */
const FOLDER = fileURLToPath(new URL("../../node_modules/.cache/kit-readme/", import.meta.url));

/** Runs an example of a README as a program of its own, and tells what it printed. */
export async function runExample(name: string, code: string, env: Readonly<Record<string, string>> = {}) {
  if (code === "") throw new Error(`there is no example ${name}`);
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name.replace(/\W+/g, "-")}.mjs`);
  writeFileSync(file, code);
  return promisify(execFile)(process.execPath, [file], { env: { ...process.env, ...env } });
}
