import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { PATIENT_END } from "../support/process/preloads.js";

export interface Start {
  /** In the folder `programs`. */
  readonly program: string;
  readonly args?: readonly string[];
  /** Path of another Node. */
  readonly node?: string;
  readonly flags?: readonly string[];
  /** How it deals with time. @default {@link PATIENT_END} */
  readonly preloads?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in `programs`. */
export const programUrl = (file: string) => new URL(`./programs/${file}`, import.meta.url);

/** Starts a program with the server in its environment, and no other setting of ours. */
export function start(server: { readonly url: string; readonly key: string }, how: Start) {
  const { program, args = [], node = process.execPath, flags = [], preloads = PATIENT_END } = how;
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|OPENAI_|AGENTPULSE_|KIT_|NODE_OPTIONS|VITEST|FORCE_COLOR|NO_COLOR)/.test(name),
  );
  const env = {
    ...Object.fromEntries(clean),
    AGENTPULSE_ENDPOINT: server.url,
    AGENTPULSE_API_KEY: server.key,
    AGENTPULSE_AGENT: "child",
    ...how.env,
  };
  const child = spawn(node, [...preloads, ...flags, fileURLToPath(programUrl(program)), ...args], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env,
    stdio: "pipe",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({
    code,
    signal,
    ...output,
  }));
  return { child, ended, printed: (text: string) => expect.poll(() => output.stdout).toContain(text) };
}

/** How the program ended, and what it printed. */
export const run = (...args: Parameters<typeof start>) => start(...args).ended;
