// What it costs to bring spans to AgentPulse, beside the OTLP exporter (http/json): queueing and flushing 10,000
// model calls. Usage: node bench/agentpulse.mjs [rounds]. The servers run in a process of their own.
import { fork } from "node:child_process";
import { createServer } from "node:http";

const SPANS = 10_000;

if (process.argv[2] === "sink") serve();
else await run(Number(process.argv[2] ?? 5));

function serve() {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on("data", (chunk) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.setHeader("Content-Type", "application/json").end("{}"));
  });
  process.on("message", () => {
    process.send({ bytes });
    bytes = 0;
  });
  server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
}

async function run(rounds) {
  const sink = fork(new URL(import.meta.url), ["sink"]);
  const ask = () => new Promise((resolve) => sink.once("message", resolve));
  const { port } = await ask();
  const url = `http://127.0.0.1:${port}`;
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { BatchSpanProcessor, NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
  const { AgentPulseSpanExporter, AgentPulseSpanProcessor } = await import("@kit/exporter-agentpulse");

  const batch = (exporter) =>
    new BatchSpanProcessor(exporter, { maxQueueSize: SPANS * 2, maxExportBatchSize: 512 });
  const ours = { endpoint: url, apiKey: "ap_bench", heartbeatInterval: 0, initEvent: false };
  const otlp = (compression) => batch(new OTLPTraceExporter({ url: `${url}/v1/traces`, compression }));
  const variants = {
    "nothing attached": () => ({ onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} }),
    "OTLP http/json": () => otlp("none"),
    "AgentPulse processor": () => new AgentPulseSpanProcessor({ ...ours, compression: "none" }),
    "AgentPulse exporter": () => batch(new AgentPulseSpanExporter({ ...ours, compression: "none" })),
    "OTLP http/json, gzip": () => otlp("gzip"),
    "AgentPulse processor, gzip": () => new AgentPulseSpanProcessor({ ...ours, compression: "gzip" }),
  };

  const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, create] of Object.entries(variants)) {
      const result = await measure(create(), NodeTracerProvider);
      sink.send("bytes");
      const { bytes } = await ask();
      // The first round only warms up.
      if (round >= 0) results[name].push({ ...result, bytes });
    }
  }
  sink.kill();
  print(results);
}

async function measure(processor, NodeTracerProvider) {
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer("bench", "1.0.0");
  globalThis.gc?.();
  const begun = process.cpuUsage();
  for (let n = 0; n < SPANS; n++) modelCall(tracer, n);
  const path = process.cpuUsage(begun);
  await processor.forceFlush();
  const all = process.cpuUsage(begun);
  await provider.shutdown();
  const each = ({ user, system }) => (user + system) / SPANS;
  return { path: each(path), cpu: each(all) };
}

/** A span as the kit's instrumentation of a chat completion makes it. */
function modelCall(tracer, n) {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "server.address": "api.openai.com",
    "server.port": 443,
  };
  const span = tracer.startSpan("chat gpt-4o", { kind: 2, attributes });
  span.setAttributes({
    "gen_ai.request.max_tokens": 1000,
    "gen_ai.request.temperature": 0.7,
    "gen_ai.request.top_p": 1,
    "gen_ai.response.id": `chatcmpl-${n}`,
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 250,
    "gen_ai.usage.output_tokens": 250,
    "gen_ai.usage.cache_read.input_tokens": 128,
    "gen_ai.usage.reasoning.output_tokens": 64,
    "kit.cost.usd": 0.003125,
    "session.id": "daily",
    "openai.api.type": "chat_completions",
    "openai.response.service_tier": "default",
    "openai.response.system_fingerprint": "fp_bench",
  });
  span.end();
}

function print(results) {
  // The least of all rounds: whatever else runs on the machine only adds.
  const of = (name, figure) => Math.min(...results[name].map((result) => result[figure]));
  const base = of("nothing attached", "path");
  console.log(`${SPANS} model calls, Node ${process.version}; the span itself: ${base.toFixed(1)} µs\n`);
  console.log("| processor time in µs per span, beyond the span | on the caller's path | in all | bytes |");
  console.log("|---|---|---|---|");
  for (const name of Object.keys(results).slice(1)) {
    const [path, cpu] = ["path", "cpu"].map((figure) => (of(name, figure) - base).toFixed(2));
    console.log(`| ${name} | ${path} | ${cpu} | ${Math.round(of(name, "bytes") / SPANS)} |`);
  }
}
