// Sends the model calls 0..count-1 to a server that often fails: application and exporter alone on this event loop.
import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { metrics } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { watchLoop } from "./loop-watch.mjs";

const [endpoint, apiKey, count, compression] = process.argv.slice(2);
const TOTAL = Number(count);
const QUEUE = TOTAL / 10;
const MiB = 1024 * 1024;

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** What the exporter counted: delivered, and dropped for whatever reason. */
async function readFates() {
  const fates = { delivered: 0, dropped: 0 };
  const { resourceMetrics } = await reader.collect();
  for (const { metrics } of resourceMetrics.scopeMetrics) {
    for (const { descriptor, dataPoints } of metrics) {
      const fate = descriptor.name.replace("kit.delivery.", "");
      for (const { value } of dataPoints) fates[fate] += value;
    }
  }
  return fates;
}

const starting = await watchLoop();
const processor = new AgentPulseSpanProcessor({
  ...{ endpoint, apiKey, compression, maxQueueSize: QUEUE },
  initEvent: false,
  heartbeatInterval: 0,
});
const provider = new NodeTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer("soak");

function call(n) {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 150,
    "gen_ai.usage.output_tokens": 89,
    "gen_ai.response.id": `${n}`,
    "session.id": `s${n % 50}`,
    "app.text": "x".repeat(n % 400),
  };
  tracer.startSpan("chat gpt-4o", { attributes }).end();
}

const heaps = [];
function measureHeap() {
  globalThis.gc();
  heaps.push(Math.round(process.memoryUsage().heapUsed / MiB));
}

// The table of prices is loaded meanwhile, in one piece as modules are: in one of the next turns, however long these
// take on a busy machine. A timer could be over before.
for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
const { longestMs: startingMs } = await starting.stop();
const loop = await watchLoop();
for (let n = 0; n < TOTAL; ) {
  for (let i = 0; i < 100 && n < TOTAL; i++, n++) call(n);
  await new Promise(setImmediate);
  // One burst in the middle is larger than the queue, so that it overflows; the rest keeps within it.
  const isBurst = n >= TOTAL / 2 && n < TOTAL / 2 + QUEUE * 1.2;
  if (!isBurst && n % (QUEUE / 2) === 0) await processor.forceFlush();
  if (n % (TOTAL / 10) === 0) await loop.aside(measureHeap);
}
let fates = await readFates();
for (let i = 0; i < 100 && fates.delivered + fates.dropped < TOTAL; i++) {
  await processor.forceFlush();
  fates = await readFates();
}
const turns = await loop.stop();
console.log(JSON.stringify({ ...fates, heaps, startingMs, ...turns }));
await provider.shutdown();
