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
import { LANGCHAIN, WORKLOADS } from "./workloads.mjs";

const { library, variants, content, sampled, enabled, workloads, measureMs } = JSON.parse(process.argv[2]);

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

/** What is compiled late on one side must not be compared with what is compiled already on the other. */
const WARM_UP = { rounds: 200, ms: 1_500 };
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

/** Nanoseconds a call, wall and CPU of all threads, slice by slice: `samples[side][n]` are of the same moment. */
async function measure(workload) {
  const samples = sides.map(() => []);
  const round = async (keep) => {
    const order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    for (const index of order) {
      const side = sides[index];
      if (side === undefined) continue;
      const sample = await slice(side.client, workload);
      if (keep) samples[index].push(sample);
    }
  };
  const started = performance.now();
  for (let done = 0; done < WARM_UP.rounds && performance.now() < started + WARM_UP.ms; done += 1)
    await round(false);
  const end = performance.now() + measureMs;
  while (performance.now() < end) await round(true);
  return samples;
}

for (const name of workloads) {
  const samples = await measure({ ...WORKLOADS, ...LANGCHAIN }[name]);
  await provider.forceFlush();
  const attributes = Object.entries(lastSpans).map(([variant, span]) => [
    variant,
    Object.keys(span.attributes).sort(),
  ]);
  const answer = { workload: name, samples, attributes: Object.fromEntries(attributes) };
  // A long answer takes a while to write, and is lost when the process leaves before.
  await new Promise((resolve) => process.send(answer, resolve));
}
process.disconnect();
