import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const APPS = new URL("../../register/apps/", import.meta.url);
const REGISTER = ["--import", "@kit/register"];

export interface RunOptions {
  /** Flags before the file. @default the register hook */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of another Node. */
  readonly node?: string;
}

/** How a program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end. */
  readonly ms: number;
}

/** Starts a program of `test/register/apps` in an environment without any setting of ours. */
export function startApp(file: string, { flags = REGISTER, env = {}, node }: RunOptions = {}) {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|OPENAI_|ANTHROPIC_|KIT_|NODE_OPTIONS|VITEST|FORCE_COLOR|NO_COLOR)/.test(name),
  );
  const child = spawn(node ?? process.execPath, [...flags, fileURLToPath(new URL(file, APPS))], {
    cwd: fileURLToPath(APPS),
    env: { ...Object.fromEntries(clean), OPENAI_API_KEY: "test", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, ended: endOf(child) };
}

export async function runApp(file: string, options: RunOptions = {}): Promise<Run> {
  return await startApp(file, options).ended;
}

async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Run> {
  const started = performance.now();
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, "exit"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr, ms: performance.now() - started };
}
