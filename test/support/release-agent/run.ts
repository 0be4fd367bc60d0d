import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";

const EXAMPLE = join(import.meta.dirname, "../../../examples/release-agent");
/** Far more than a line takes to come, also on a machine that does much else. */
const PATIENCE_MS = 60_000;

export interface Run {
  /** Exit code of the agent. */
  readonly code: number | null;
  readonly lines: readonly string[];
}

/**
 * Runs the two processes of the release agent with these variables: the announcer first, then the agent; when the
 * agent has released something, the announcer gets the time to say so.
 */
export async function runReleaseAgent(
  variables: Readonly<Record<string, string | undefined>>,
  onLine: (line: string, stream: "stdout" | "stderr") => void = () => undefined,
): Promise<Run> {
  const lines: string[] = [];
  const programs: Program[] = [];
  const start = (name: string): Program => {
    const program = new Program(name, variables, (line, stream) => {
      lines.push(line);
      onLine(line, stream);
    });
    programs.push(program);
    return program;
  };
  try {
    const announcer = start("announcer");
    await announcer.says(/listening/);
    const agent = start("agent");
    const code = await agent.ends();
    if (lines.some((line) => /: released$/.test(line))) await announcer.says(/^> in #/);
    await announcer.stop();
    return { code, lines };
  } finally {
    for (const program of programs) program.kill();
  }
}

class Program {
  readonly #ended: Promise<number | null>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(
    name: string,
    variables: Readonly<Record<string, string | undefined>>,
    onLine: (line: string, stream: "stdout" | "stderr") => void,
  ) {
    this.#name = name;
    this.#child = spawn(process.execPath, ["--import", "@kit/register", `${name}.js`], {
      cwd: EXAMPLE,
      env: {
        // Backends that know two processes to be of one host do not doubt their clocks.
        OTEL_RESOURCE_ATTRIBUTES: `host.name=${hostname()}`,
        ...process.env,
        ...variables,
        OTEL_SERVICE_NAME: name === "agent" ? "release-agent" : name,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => this.kill();
    process.once("exit", kill);
    this.#ended = once(this.#child, "close").then(([code]) => {
      process.removeListener("exit", kill);
      this.#wake();
      return code;
    });
    for (const stream of ["stdout", "stderr"] as const) {
      let rest = "";
      this.#child[stream]?.on("data", (chunk: Buffer) => {
        const pieces = (rest + chunk).split("\n");
        rest = pieces.pop() ?? "";
        for (const line of pieces) {
          this.#said.push(line);
          onLine(line, stream);
        }
        this.#wake();
      });
    }
  }

  /** Resolves once a line matches; rejects when the program ends, or the time is up, without one. */
  async says(pattern: RegExp): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!this.#said.some((line) => pattern.test(line))) {
      const { exitCode, signalCode } = this.#child;
      const over = exitCode !== null || signalCode !== null || performance.now() > end;
      if (over) throw new Error(`${this.#name} did not say ${pattern}:\n${this.#said.join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resolves to the exit code. A person who answers may take their time, so that this has no limit. */
  ends(): Promise<number | null> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
    await this.#ended;
  }

  /** For what went wrong: nothing is left running. */
  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
