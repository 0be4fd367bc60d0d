// 200 calls under way at any time: what instrumentation does to throughput and to the event loop.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import DefaultOpenAI from "openai";
import { fetch } from "./provider.mjs";
import { WORKLOADS } from "./workloads.mjs";

const { variant, callMs, calls } = JSON.parse(process.argv[2]);
const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
if (variant !== "bare") {
  new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000 })],
  }).register();
}
const { setup } = await import(`./variants/${variant}.mjs`);
const { OpenAI = DefaultOpenAI } = (await setup({ content: false, enabled: true })) ?? {};
const slowly = async (url, init) => {
  await sleep(callMs);
  return fetch(url, init);
};
const client = new OpenAI({ apiKey: "bench", fetch: slowly, maxRetries: 0 });
const { run } = WORKLOADS["chat, 1 KB"];

async function callAll(count) {
  let left = count;
  const caller = async () => {
    while (left-- > 0) await run(client);
  };
  await Promise.all(Array.from({ length: 200 }, caller));
}

await callAll(calls / 3);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpu = process.cpuUsage();
const started = performance.now();
await callAll(calls);
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    perSecond: calls / seconds,
    p99: delay.percentile(99) / 1e6,
    cpu: (user + system) / 1e6 / seconds,
  }),
);
process.exit(0);
