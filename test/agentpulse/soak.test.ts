import { expect, it } from "vitest";
import { type FakeAgentPulse, type Fault, failShare, fails } from "../support/agentpulse/index.js";
import { seeded } from "../support/seeded.js";
import { startServer } from "./harness.js";
import { programUrl, run } from "./process.js";

/** KIT_SOAK=1, on a machine of its own, sends all of the 100,000 events that the bar is set at, and prints figures. */
const IS_WHOLE = process.env.KIT_SOAK === "1";
const EVENTS = IS_WHOLE ? 100_000 : 10_000;
/** No turn may be longer, whoever took it: the program, the compiler, the garbage collector. */
const LONGEST_TURN_MS = 20;
/** Two may where other suites run beside this one: their work empties the caches, and slows the collector's threads. */
const LONGEST_TURN_IN_COMPANY_MS = 50;
/** Once, while the application starts: the table of prices is a module, which Node loads in one piece. */
const LONGEST_STARTING_TURN_MS = 100;
const HEAP_GROWTH_MIB = 40;

interface Result {
  readonly delivered: number;
  readonly dropped: number;
  /** MiB after a garbage collection, at every tenth of the way. */
  readonly heaps: readonly number[];
  readonly longestMs: number;
  readonly longestWithoutCollectorMs: number;
  readonly thirdMs: number;
  readonly startingMs?: number;
}

async function soak(program: string, server: FakeAgentPulse, ...args: readonly string[]): Promise<Result> {
  const flags = ["--expose-gc", "--import", `${programUrl("fast-clock.mjs").href}?20`];
  const ended = await run(server, { program, flags, args: [server.url, server.key, ...args] });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  if (IS_WHOLE) console.log(program, ended.stdout);
  return JSON.parse(ended.stdout);
}

/** Of the requests that fail, most are refused or cut off at once, and some only after a long silence. */
const TROUBLE: readonly Fault[] = [
  ...Array<Fault>(10).fill(fails(503)),
  ...Array<Fault>(10).fill(fails(500, { retryAfter: "0.01" })),
  ...Array<Fault>(9).fill({ kind: "reset" }),
  { kind: "hang", forMs: 400 },
];

const programs = {
  "soak-queue.mjs": (data: Record<string, unknown>) => data.n as number,
  "soak-exporter.mjs": (data: Record<string, unknown>) => Number(data.response_id),
} as const;

const cases = Object.entries(programs).flatMap(([program, readNumber]) =>
  (["none", "gzip"] as const).map((compression) => ({ program, readNumber, compression })),
);

it.each(cases)(
  `brings ${EVENTS} events to a server that fails three requests in ten, each once or counted as dropped: $program, compression $compression`,
  { timeout: 300_000 },
  async ({ program, readNumber, compression }) => {
    const server = await startServer({
      gzip: compression === "gzip" ? "decodes" : "fails",
      limits: { eventsPerDay: Number.MAX_SAFE_INTEGER },
      fault: failShare(0.3, TROUBLE, seeded(42)),
    });
    const result = await soak(program, server, `${EVENTS}`, compression);
    const arrived = server.accepted.map(({ data }) => readNumber(data));
    expect(new Set(arrived).size, "no event was taken twice").toBe(arrived.length);
    expect(result.delivered).toBe(arrived.length);
    expect(result.delivered + result.dropped).toBe(EVENTS);
    expect(result.dropped, "the burst overflowed the queue").toBeGreaterThan(0);
    expect(Math.max(...result.heaps) - (result.heaps[0] ?? 0)).toBeLessThan(HEAP_GROWTH_MIB);
    expect(result.thirdMs).toBeLessThan(LONGEST_TURN_MS);
    expect(result.longestMs).toBeLessThan(IS_WHOLE ? LONGEST_TURN_MS : LONGEST_TURN_IN_COMPANY_MS);
    expect(result.startingMs ?? 0).toBeLessThan(LONGEST_STARTING_TURN_MS);
  },
);

it("takes an event at most once for each answer that was lost", { timeout: 60_000 }, async () => {
  const count = 2_000;
  const server = await startServer({
    fault: failShare(0.2, [{ kind: "reset", stored: true }], seeded(7)),
  });
  await soak("soak-exporter.mjs", server, `${count}`, "none");
  const times = new Map<string, number>();
  for (const { answer, body } of server.ingests) {
    const ids: string[] = JSON.parse(body).events.map(
      ({ data }: { data: { response_id: string } }) => data.response_id,
    );
    expect(new Set(ids).size, "within a batch every event stands once").toBe(ids.length);
    if (answer) for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  }
  expect(Math.max(...times.values()), "an answered batch is never sent again").toBe(1);
});
