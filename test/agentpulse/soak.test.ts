import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import {
  type AgentPulseOptions,
  type Fault,
  failShare,
  fails,
  type SentEvent,
  seeded,
  startAgentPulse,
} from "../support/agentpulse/index.js";

/** KIT_SOAK=1 sends all of the 100,000 events that the bar is set at. */
const EVENTS = process.env.KIT_SOAK === "1" ? 100_000 : 20_000;
const LONGEST_TURN_MS = 20;

interface Result {
  readonly flushed: boolean;
  readonly delivered: number;
  readonly dropped: number;
  readonly twice: number;
  readonly dropCount: number;
  /** MiB after a garbage collection, at every tenth of the way. */
  readonly heaps: readonly number[];
  readonly longestMs: number;
}

async function run(program: string, args: readonly string[]): Promise<Result> {
  const path = fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  expect(await once(child, "close")).toEqual([0, null]);
  return JSON.parse(text);
}

/** Three in ten requests fail, one in a hundred never gets an answer. */
const TROUBLE: readonly Fault[] = [
  ...Array<Fault>(10).fill(fails(503)),
  ...Array<Fault>(10).fill(fails(429, { retryAfter: "0.01" })),
  ...Array<Fault>(9).fill({ kind: "reset" }),
  { kind: "hang" },
];

async function startTroubled(options: AgentPulseOptions = {}) {
  const fault = failShare(0.3, TROUBLE, seeded(42));
  const fake = await startAgentPulse({
    limits: { eventsPerDay: Number.MAX_SAFE_INTEGER },
    fault: ({ path }) => (path === "/v1/ingest" ? fault() : undefined),
    ...options,
  });
  onTestFinished(() => fake.close());
  return fake;
}

const numbers = (events: readonly SentEvent[]) => events.map(({ data }) => data.n as number);

it.each(["plain", "gzip"])(
  `brings ${EVENTS} events through a server in trouble, each once or counted as dropped (%s)`,
  { timeout: 300_000 },
  async (compression) => {
    const fake = await startTroubled({ gzip: compression === "gzip" ? "decodes" : "fails" });
    const result = await run("soak-queue", [fake.url, fake.key, `${EVENTS}`, compression]);
    if (process.env.KIT_SOAK) console.log(result);
    const arrived = numbers(fake.accepted);
    expect(new Set(arrived).size, "no event was taken twice").toBe(arrived.length);
    expect(result).toMatchObject({ flushed: true, twice: 0, delivered: arrived.length });
    expect(result.delivered + result.dropped).toBe(EVENTS);
    expect(result.dropCount).toBe(result.dropped);
    expect(result.dropped, "the burst overflowed the queue").toBeGreaterThan(0);
    expect(Math.max(...result.heaps) - (result.heaps[0] ?? 0)).toBeLessThan(40);
    expect(result.longestMs).toBeLessThan(LONGEST_TURN_MS);
  },
);
