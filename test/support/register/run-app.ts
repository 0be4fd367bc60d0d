import { type ChildProcessByStdio, spawn } from "node:child_process";
import { on, once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { isForeignSetting } from "../environment.js";
import { PATIENT_END } from "../process/preloads.js";

const APPS = new URL("../../register/apps/", import.meta.url);
const MATRIX = new URL("../../../matrix/", import.meta.url);
const REGISTER = ["--import", "@kit/register"];

export interface RunOptions {
  /** Flags before the file. @default the register hook */
  readonly flags?: readonly string[];
  /** Flags before those: how it deals with time. @default {@link PATIENT_END} */
  readonly preloads?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** After the file. */
  readonly args?: readonly string[];
  /** Folder to run in. @default that of the programs */
  readonly cwd?: string;
  /** Path of another Node. */
  readonly node?: string;
}

/** How a program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program of `test/register/apps`, or the one at a URL, in an environment without any setting of ours. */
export function startApp(file: string, { args = [], ...options }: RunOptions = {}) {
  return start([fileURLToPath(new URL(file, APPS)), ...args], options);
}

export async function runApp(file: string, options: RunOptions = {}): Promise<Run> {
  return await startApp(file, options).ended;
}

/** A program as text, and what Node is to take it for. */
export type Program = readonly [type: "module" | "commonjs", code: string];

/** Runs a program where a folder of the matrix has its libraries. */
export async function runIn(folder: string, [type, code]: Program, options: RunOptions = {}): Promise<Run> {
  const cwd = fileURLToPath(new URL(`${folder}/`, MATRIX));
  return await start([`--input-type=${type}`, "-e", code], { ...options, cwd }).ended;
}

function start(args: readonly string[], options: RunOptions) {
  const { flags = REGISTER, preloads = PATIENT_END, env = {}, cwd, node } = options;
  const clean = Object.entries(process.env).filter(
    ([name]) => !isForeignSetting(name) && !/^(NODE_OPTIONS|VITEST)/.test(name),
  );
  const child = spawn(node ?? process.execPath, [...preloads, ...flags, ...args], {
    cwd: cwd ?? fileURLToPath(APPS),
    env: { ...Object.fromEntries(clean), OPENAI_API_KEY: "test", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, ended: endOf(child), printed: (text: string) => untilPrinted(child.stdout, text) };
}

async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Run> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const [code, signal] = await once(child, "close");
  return { code, signal, stdout, stderr };
}

async function untilPrinted(stream: Readable, text: string): Promise<void> {
  for await (const [printed] of on(stream, "data", { close: ["end"] })) {
    if (String(printed).includes(text)) return;
  }
  throw new Error(`the program ended without a word of ${text}`);
}
