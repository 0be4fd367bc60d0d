import {
  type ExecOptions,
  type Sprite,
  type SpriteExec,
  SpritesClient,
  type SpritesClientOptions,
} from "@kit/sprites";
import { afterAll, beforeAll, vi } from "vitest";
import { CLOSED_PORT } from "../support/free-port.js";
import type { Faults } from "../support/sprites/faults.js";
import { SpritesServer, TOKEN } from "../support/sprites/server.js";

/** One stand-in server for the tests of a file, and ways to reach it. */
export class Harness {
  server!: SpritesServer;
  #count = 0;

  constructor() {
    beforeAll(async () => {
      this.server = await SpritesServer.start();
    });
    afterAll(() => this.server.close());
  }

  client(options: SpritesClientOptions = {}): SpritesClient {
    return new SpritesClient({ endpoint: this.server.endpoint, token: TOKEN, ...options });
  }

  /** A sandbox of its own, with these faults. */
  sprite(faults: Faults = {}, options: SpritesClientOptions = {}): Sprite {
    const name = `s${++this.#count}`;
    this.server.add(name, faults);
    return this.client(options).attach(name);
  }

  exec(cmd: string | readonly string[], options?: ExecOptions, faults?: Faults) {
    return this.sprite(faults).exec(cmd, options);
  }

  /** The query of the last exec socket. */
  get lastQuery(): URLSearchParams {
    const url = this.server.received.findLast(({ url }) => url.includes("/exec"))?.url ?? "";
    return new URL(url, this.server.endpoint).searchParams;
  }
}

/** What a promise rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected a rejection");
}

/** Waits until something is so; for what other processes do. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("it did not become so in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Runs a command whose time is up as soon as it has come so far, on however slow a machine: the clock stands still
 * until then. Resolves with what the run rejected with.
 */
export async function outOfTime(
  exec: SpriteExec,
  timeout: number,
  soFar = () => exec.sessionId !== undefined,
): Promise<Error & Record<string, unknown>> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const running = rejection(exec.run({ timeout }));
    while (!soFar()) await new Promise(setImmediate);
    vi.advanceTimersByTime(timeout);
    // What follows, the killing, takes its real time.
    vi.useRealTimers();
    return await running;
  } finally {
    vi.useRealTimers();
  }
}

export function isAlive(pid: string | number | undefined): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/** An address at which nobody listens. */
export const CLOSED_ENDPOINT = `http://127.0.0.1:${CLOSED_PORT}`;
