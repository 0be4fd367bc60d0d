import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** How long a server may take to answer, on a machine that does much else. */
const START_MS = 60_000;

export interface PeerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An address that answers once the server does. */
  readonly ready: string;
}

/** A server program of somebody else. It ends with the tests. */
export class PeerProcess {
  readonly #child: ChildProcess;
  #said = "";

  private constructor(binary: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(binary, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#said += chunk;
      });
    }
  }

  /** Resolves when it answers; rejects with what it said when it ends before. */
  static async start(
    binary: string,
    args: readonly string[],
    { env = {}, ready }: PeerOptions,
  ): Promise<PeerProcess> {
    const peer = new PeerProcess(binary, args, env);
    const failed = Promise.race([
      once(peer.#child, "exit"),
      once(peer.#child, "error").then(([error]) => {
        throw error;
      }),
    ]).then(([code]) => {
      throw new Error(`${binary} ended with ${code}:\n${peer.#said.slice(-4000)}`);
    });
    failed.catch(() => undefined);
    await Promise.race([failed, answers(ready)]);
    return peer;
  }

  /** Everything it wrote. */
  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

/** Any status counts: an OTLP port has nothing to say to a GET. */
async function answers(url: string): Promise<void> {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    const reached = await fetch(url).then(
      () => true,
      () => false,
    );
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody answered at ${url}`);
}
