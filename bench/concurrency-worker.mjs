// 200 calls of 5 ms at a time: what instrumentation does to throughput and to the event loop.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import DefaultOpenAI from "openai";
import { fetch } from "./provider.mjs";
import { WORKLOADS } from "./workloads.mjs";

const { variant } = JSON.parse(process.argv[2]);
const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
if (variant !== "bare") {
  new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000 })],
  }).register();
}
const { setup } = await import(`./variants/${variant}.mjs`);
const { OpenAI = DefaultOpenAI } = (await setup({ content: false, enabled: true })) ?? {};
const slowly = async (url, init) => {
  await sleep(5);
  return fetch(url, init);
};
const client = new OpenAI({ apiKey: "bench", fetch: slowly, maxRetries: 0 });
const { run } = WORKLOADS["chat, 1 KB"];
const wave = () => Promise.all(Array.from({ length: 200 }, () => run(client)));

for (let warm = 0; warm < 10; warm += 1) await wave();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const started = performance.now();
const waves = 30;
for (let done = 0; done < waves; done += 1) await wave();
const seconds = (performance.now() - started) / 1_000;
console.log(JSON.stringify({ perSecond: (waves * 200) / seconds, p99: delay.percentile(99) / 1e6 }));
process.exit(0);
