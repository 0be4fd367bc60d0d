// One variant in a process of its own; runs the rounds it is told to and answers with nanoseconds per call.
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
} from "@opentelemetry/sdk-trace-node";
import DefaultOpenAI from "openai";
import { fetch } from "./provider.mjs";
import { WORKLOADS } from "./workloads.mjs";

const { variant, content, sampled, enabled } = JSON.parse(process.argv[2]);

let exported = 0;
let attributes = [];
const exporter = {
  export(spans, done) {
    exported += spans.length;
    attributes = Object.keys(spans.at(-1).attributes).sort();
    done({ code: 0 });
  },
  shutdown: async () => {},
};

const provider = new NodeTracerProvider({
  sampler: sampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
  spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000, scheduledDelayMillis: 200 })],
});
if (variant !== "bare") provider.register();

const { setup } = await import(`./variants/${variant}.mjs`);
const { OpenAI = DefaultOpenAI } = (await setup({ content, enabled })) ?? {};
const client = new OpenAI({ apiKey: "bench", fetch, maxRetries: 0 });

process.on("message", async ({ workload, calls }) => {
  const { run } = WORKLOADS[workload];
  const before = exported;
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  for (let done = 0; done < calls; done += 1) {
    await run(client);
    // Answers out of memory never let the event loop turn; real ones do, and exporters live by it.
    if (done % 10 === 9) await new Promise(setImmediate);
  }
  const elapsed = Number(process.hrtime.bigint() - started);
  const used = process.cpuUsage(cpu);
  await provider.forceFlush();
  process.send({
    perCall: elapsed / calls,
    cpuPerCall: ((used.user + used.system) * 1000) / calls,
    spans: exported - before,
    attributes,
  });
});
process.send("ready");
