import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compareRuns, type Verdict } from "./compare.js";
import type { Aftermath, Switching } from "./lifecycle.js";
import type { Run, RunResult } from "./run.js";

const execute = promisify(execFile);
const CHILD = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "dist/child.js" : "child.js", import.meta.url),
);
const PATIENCE_MS = 300_000;

/** One SDK, loaded one way, on one Node: bare and instrumented. */
export interface Place {
  readonly app: string;
  readonly module: "cjs" | "esm";
  /** Path of a Node binary. */
  readonly node: string;
}

/** What the comparison showed there. */
export interface PlaceResult {
  readonly version: string;
  readonly node: string;
  readonly verdicts: readonly Verdict[];
  readonly switching: Switching;
  readonly aftermath: Aftermath;
}

/** The folders of `matrix/`, oldest version first. */
export const APPS = {
  openai: ["openai-4.19", "openai-4", "openai-5", "openai-6", "openai-7"],
  anthropic: ["anthropic-0.30", "anthropic-0.133", "anthropic-0.134", "anthropic-1"],
} as const;

/** Versions that make spans of their own as soon as there is a tracer provider. */
const NATIVE = new Set<string>(["anthropic-0.134", "anthropic-1"]);

/** Runs one place twice and compares. */
export async function runPlace(place: Place): Promise<PlaceResult> {
  const folder = await mkdtemp(join(tmpdir(), "kit-transparency-"));
  try {
    const [bare, instrumented, native] = await Promise.all([
      runChild(place, "bare", folder),
      runChild(place, "instrumented", folder),
      NATIVE.has(place.app) ? runChild(place, "native", folder) : undefined,
    ]);
    return {
      version: bare.version,
      node: bare.node,
      verdicts: compareRuns(bare, native, instrumented),
      ...present({ switching: bare.switching, aftermath: instrumented.aftermath }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]-?: NonNullable<Fields[Name]> } {
  for (const [name, value] of Object.entries(fields))
    if (value == null) throw new Error(`the run tells no ${name}`);
  return fields as { [Name in keyof Fields]-?: NonNullable<Fields[Name]> };
}

async function runChild({ app, module, node }: Place, mode: Run["mode"], folder: string): Promise<RunResult> {
  const out = join(folder, `${mode}.json`);
  const run: Run = { app, module, mode, out };
  await execute(node, ["--expose-gc", CHILD, JSON.stringify(run)], {
    timeout: PATIENCE_MS,
    env: cleanEnvironment(),
  });
  return JSON.parse(await readFile(out, "utf8")) as RunResult;
}

/** Without anything that configures an SDK or OpenTelemetry from outside. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL|OPENAI|ANTHROPIC|AZURE|NODE_OPTIONS|VITEST|KIT_)/.test(name),
  );
  return Object.fromEntries(kept);
}

/** The majors of Node that the full matrix covers. */
export const NODE_MAJORS = [20, 24] as const;

/** Paths of the wanted major versions of Node and of the running one, in order; one that cannot be had is left out. */
export async function findNodes(majors: readonly number[]): Promise<string[]> {
  const running = Number(process.versions.node.split(".")[0]);
  const others = majors.filter((major) => major !== running);
  const found = await Promise.all(others.map(findNode));
  const paths = new Map(others.map((major, at) => [major, found[at]]));
  const inOrder = [...majors, running]
    .filter((major, at, all) => all.indexOf(major) === at)
    .sort((a, b) => a - b);
  return inOrder
    .map((major) => (major === running ? process.execPath : paths.get(major)))
    .filter((path) => path !== undefined);
}

async function findNode(major: number): Promise<string | undefined> {
  try {
    const { stdout } = await execute("npx", ["-y", "-p", `node@${major}`, "node", "-p", "process.execPath"], {
      timeout: 60_000,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
