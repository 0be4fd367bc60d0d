// One or two variants in a process. Short slices of each, in changing order: whatever the machine does meets both, and
// the difference of two neighbours is theirs.
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
} from "@opentelemetry/sdk-trace-node";
import DefaultOpenAI from "openai";
import { fetch } from "./provider.mjs";
import { lowerQuartile } from "./statistics.mjs";
import { LANGCHAIN, WORKLOADS } from "./workloads.mjs";

const { library, variants, content, sampled, enabled, turnMs } = JSON.parse(process.argv[2]);

const lastSpans = {};
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const byHand = span.instrumentationScope.name === "floor";
      lastSpans[byHand ? "floor" : variants.at(-1)] = span;
    }
    done({ code: 0 });
  },
  shutdown: async () => {},
};
const provider = new NodeTracerProvider({
  sampler: sampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
  spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000, scheduledDelayMillis: 200 })],
});
// A context manager alone makes every promise of Node 20 dearer.
if (variants.some((variant) => variant !== "bare") && enabled) provider.register();

const sides = [];
for (const variant of variants) {
  const { setup } = await import(`./${library}/${variant}.mjs`);
  const { OpenAI = DefaultOpenAI, client } = (await setup({ content, enabled })) ?? {};
  sides.push({ variant, client: client ?? new OpenAI({ apiKey: "bench", fetch, maxRetries: 0 }) });
}

const turn = () => new Promise(setImmediate);

async function slice(client, { run, slice: calls }) {
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  for (let done = 0; done < calls; done += 1) await run(client);
  // Answers out of memory never let the event loop turn; real ones do, and exporters live by it.
  await turn();
  const wall = Number(process.hrtime.bigint() - started) / calls;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: ((user + system) * 1_000) / calls };
}

/** Milliseconds that this process has worked: on a busy machine those that pass warm nothing. */
function worked() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Nanoseconds a call, wall and CPU of all threads, slice by slice: `samples[side][n]` are of the same moment. */
async function measure(workload, ms) {
  const samples = sides.map(() => []);
  const end = worked() + ms;
  for (let rounds = 0; rounds < MIN_ROUNDS || worked() < end; rounds += 1) {
    const order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    for (const index of order) {
      const side = sides[index];
      if (side !== undefined) samples[index].push(await slice(side.client, workload));
    }
  }
  return samples;
}

const MIN_ROUNDS = 4;
/** Settled: of `windows` in a row none was quicker than the one before by more than `gain`. */
const WARM = { ms: 400, gain: 0.02, windows: 5, atMostMs: 12_000 };

/**
 * Runs a workload until it gets no quicker on any side: what is compiled late on one must not be compared with what is
 * compiled already on the other. A stream runs code once that a chat of the same time runs five times.
 */
async function warmUp(workload) {
  const end = worked() + WARM.atMostMs;
  let best = sides.map(() => Number.POSITIVE_INFINITY);
  for (let steady = 0; steady < WARM.windows; ) {
    if (worked() > end) return false;
    const samples = await measure(workload, WARM.ms);
    const levels = samples.map((taken) => lowerQuartile(taken.map(({ wall }) => wall)));
    steady = levels.some((level, side) => level < best[side] * (1 - WARM.gain)) ? 0 : steady + 1;
    best = levels.map((level, side) => Math.min(level, best[side]));
  }
  return true;
}

async function attributesOf() {
  await provider.forceFlush();
  const attributes = Object.entries(lastSpans).map(([variant, span]) => [
    variant,
    Object.keys(span.attributes).sort(),
  ]);
  return Object.fromEntries(attributes);
}

const TASKS = {
  "warm up": warmUp,
  async measure(workload) {
    // The other processes have had the caches since.
    await measure(workload, 0);
    return measure(workload, turnMs);
  },
  "tell attributes": attributesOf,
};

process.on("message", async ({ task, workload }) => {
  process.send(await TASKS[task]({ ...WORKLOADS, ...LANGCHAIN }[workload]));
});
process.on("disconnect", () => process.exit());
