// What it costs to bring spans to AgentPulse and to CatSyphon, beside the OTLP exporter (http/json) of the same spans.
// Usage: node bench/exporters.mjs [rounds] [only these variants…]; after an installation by `npm run bench`. Each figure
// comes from a process of its own, in turns; the server is another one.
import { fork } from "node:child_process";
import { createServer } from "node:http";

const SPANS = 10_000;
/** So many are made, and delivered, at a time: what a batch processor exports at once. */
const WAVE = 500;
const ROUNDS = 10;
const SELF = new URL(import.meta.url);
const KEEPS_ALL = { maxQueueSize: SPANS * 2, maxExportBatchSize: 512 };

const VARIANTS = {
  "nothing attached": () => ({ onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} }),
  "OTLP http/json": (url) => throughOtlp(url, "none"),
  "OTLP http/json, gzip": (url) => throughOtlp(url, "gzip"),
  "AgentPulse exporter": (url) => throughAgentPulse(url, "none", false),
  "AgentPulse exporter, gzip": (url) => throughAgentPulse(url, "gzip", false),
  "AgentPulse processor": (url) => throughAgentPulse(url, "none", true),
  "CatSyphon exporter": (url) => throughCatSyphon(url, false),
  "CatSyphon processor": (url) => throughCatSyphon(url, true),
};

async function throughOtlp(url, compression) {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  return batched(new OTLPTraceExporter({ url: `${url}/v1/traces`, compression }));
}

async function throughAgentPulse(url, compression, ownProcessor) {
  const kit = await import("@kit/exporter-agentpulse");
  const server = { endpoint: url, apiKey: "ap_bench", compression };
  const options = { ...server, heartbeatInterval: 0, initEvent: false, maxQueueSize: SPANS * 2 };
  if (ownProcessor) return new kit.AgentPulseSpanProcessor(options);
  return batched(new kit.AgentPulseSpanExporter(options));
}

async function throughCatSyphon(url, ownProcessor) {
  const kit = await import("@kit/exporter-catsyphon");
  const server = { serverUrl: url, collectorId: "c", apiKey: "k" };
  const options = { ...server, maxQueueSize: SPANS * 4, queueMode: ownProcessor ? "background" : "sync" };
  if (ownProcessor) return new kit.CatSyphonSpanProcessor(options);
  return batched(new kit.CatSyphonSpanExporter(options));
}

async function batched(exporter) {
  const { BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-node");
  return new BatchSpanProcessor(exporter, KEEPS_ALL);
}

const text = (role, content) => ({ role, parts: [{ type: "text", content }] });
const WORDS = "Where is my order, and when will it be here? ".repeat(20);

/** What the kit's instrumentations record: of a call's facts alone, and of its words too. */
const WORKLOADS = {
  "no content": {},
  "content, 1 KB asked and 1 KB answered": {
    "gen_ai.input.messages": JSON.stringify([text("system", "You are a shop."), text("user", WORDS)]),
    "gen_ai.output.messages": JSON.stringify([text("assistant", WORDS)]),
  },
};

function modelCall(tracer, n, content) {
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
    ...content,
  });
  span.end();
}

const [role, ...args] = process.argv.slice(2);
if (role === "sink") serve();
else if (role === "worker") await work(...args);
else await run(Number(role ?? 3), args);

function serve() {
  const reply = { accepted: 50, last_sequence: 1, conversation_id: "c", warnings: [] };
  const totals = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    totals.requests++;
    request.on("data", (chunk) => {
      totals.bytes += chunk.length;
    });
    request.on("end", () => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(request.url === "/v1/traces" ? { partialSuccess: {} } : reply));
    });
  });
  process.on("message", () => {
    process.send({ ...totals });
    Object.assign(totals, { requests: 0, bytes: 0 });
  });
  server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
}

/** The least of the last rounds: the first ones are compiled, and whatever else runs on the machine only adds. */
async function work(name, workload, port) {
  const { NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const processor = await VARIANTS[name](`http://127.0.0.1:${port}`);
    rounds.push(await measure(processor, NodeTracerProvider, WORKLOADS[workload]));
  }
  const warm = rounds.slice(ROUNDS / 2).sort((a, b) => a.all - b.all);
  process.send(warm[0]);
  process.disconnect();
}

async function measure(processor, NodeTracerProvider, content) {
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer("bench", "1.0.0");
  globalThis.gc?.();
  const path = { user: 0, system: 0 };
  const begun = process.cpuUsage();
  for (let n = 0; n < SPANS; ) {
    const before = process.cpuUsage();
    for (let i = 0; i < WAVE; i++) modelCall(tracer, n++, content);
    const { user, system } = process.cpuUsage(before);
    path.user += user;
    path.system += system;
    await processor.forceFlush();
  }
  const all = process.cpuUsage(begun);
  await provider.shutdown();
  const each = ({ user, system }) => (user + system) / SPANS;
  return { path: each(path), all: each(all) };
}

async function run(rounds, only) {
  const sink = fork(SELF, ["sink"]);
  const ask = (process) =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`a worker ended with ${code}`));
      process.once("exit", ended);
      process.once("message", (message) => {
        process.off("exit", ended);
        resolve(message);
      });
    });
  const { port } = await ask(sink);
  const wanted = Object.keys(VARIANTS).filter((name) => only.length === 0 || only.includes(name));
  for (const workload of Object.keys(WORKLOADS)) {
    const results = Object.fromEntries(wanted.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const name of wanted) {
        const result = await ask(fork(SELF, ["worker", name, workload, port]));
        sink.send("totals");
        const { requests, bytes } = await ask(sink);
        results[name].push({ ...result, requests: requests / ROUNDS, bytes: bytes / ROUNDS / SPANS });
      }
    }
    print(workload, results);
  }
  sink.kill();
}

function print(workload, results) {
  const of = (name, figure) => Math.min(...(results[name] ?? []).map((result) => result[figure]));
  const base = results["nothing attached"] ? of("nothing attached", "all") : 0;
  const otlp = of("OTLP http/json", "all") - base;
  console.log(
    `\n${SPANS} model calls, ${workload}; Node ${process.version}; the span itself ${base.toFixed(1)} µs`,
  );
  console.log("| µs of processor time a span, beyond it | its path | in all | of OTLP | requests | bytes |");
  console.log("|---|---|---|---|---|---|");
  for (const name of Object.keys(results)) {
    const [path, all] = ["path", "all"].map((figure) => of(name, figure) - base);
    const figures = [
      path.toFixed(2),
      all.toFixed(1),
      (all / otlp).toFixed(2),
      Math.round(of(name, "requests")),
    ];
    console.log(`| ${name} | ${figures.join(" | ")} | ${Math.round(of(name, "bytes"))} |`);
  }
}
