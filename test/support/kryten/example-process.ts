import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.js";

const DIST = new URL("../../../examples/kryten/dist/", import.meta.url);

/** One of the example programs, as a user runs it. */
export class ExampleProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = "";

  private constructor(name: string, env: Record<string, string>) {
    const file = fileURLToPath(new URL(`${name}.js`, DIST));
    this.#child = spawn(process.execPath, [file], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** Resolves when the program says that it has started. */
  static async start(name: string, env: Record<string, string>): Promise<ExampleProcess> {
    const example = new ExampleProcess(name, env);
    const ended = example.#ended.then((code) => {
      throw new Error(`${name} ended with ${code}: ${example.#output}`);
    });
    ended.catch(() => {});
    await Promise.race([eventually(`${name} starts`, () => / started/.test(example.#output)), ended]);
    return example;
  }

  get output(): string {
    return this.#output;
  }

  /** Asks it to end; resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.#ended;
  }

  /** Resolves to the exit code when it ends by itself. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
