import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Step } from "./programs/recorded.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));
const TYPESCRIPT = join(ROOT, "node_modules/typescript/bin/tsc");

/** Below the checkout, so that the compiled programs find its packages. */
const OUT = join(ROOT, "node_modules/.cache", `kit-tracing-${process.pid}`);

const COMMON = [
  "--ignoreConfig",
  "--strict",
  "--skipLibCheck",
  ...["--module", "nodenext"],
  ...["--types", "node"],
  ...["--lib", "es2023,esnext.disposable,esnext.iterator,esnext.decorators"],
];

/** Compiles a program of this folder. @see compileFile */
export function compile(program: string, flags: readonly string[]): string {
  return compileFile(join(PROGRAMS, `${program}.ts`), flags);
}

/** Compiles source text, as a program that stands among the others. @see compileFile */
export function compileText(name: string, text: string, flags: readonly string[]): string {
  const file = join(OUT, `${name}.ts`);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, "package.json"), '{ "type": "module" }');
  writeFileSync(file, text);
  return compileFile(file, flags);
}

/** Compiles a program, types checked, and returns the file to run. Throws with what the compiler says. */
function compileFile(file: string, flags: readonly string[]): string {
  const program = basename(file, ".ts");
  const folder = join(OUT, flags.join("").replace(/\W+/g, "-"));
  const compiled = join(folder, `${program}.js`);
  if (existsSync(compiled)) return compiled;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const args = [...COMMON, ...flags, "--outDir", folder, file];
  const { status, stdout } = spawnSync(process.execPath, [TYPESCRIPT, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
  return compiled;
}

/** Runs a compiled program and returns what it saw, step by step. */
export function run<Seen = Step>(node: string, file: string, ...args: string[]): Record<string, Seen> {
  const { status, stdout, stderr } = spawnSync(node, ["--no-warnings", file, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, Seen>;
}

/** Removes what was compiled. */
export function clear(): void {
  rmSync(OUT, { recursive: true, force: true });
}
