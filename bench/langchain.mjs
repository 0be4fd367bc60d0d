// What LangChain's runs cost with the instrumentation, beside the bare run, a handler that does nothing, and that
// handler with one span made by hand. Usage: node bench/langchain.mjs [rounds]. CPU time of the process: ratios count.
import { createRequire } from "node:module";
import { LangChainInstrumentation } from "@kit/instrumentation-langchain";
import { trace } from "@opentelemetry/api";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { median } from "./statistics.mjs";

const ROUNDS = Number(process.argv[2] ?? 15);
const RUNS = 1_000;
const PARTS = [
  "callbacks/manager",
  "language_models/chat_models",
  "tools",
  "retrievers",
  "runnables",
  "singletons",
];

const load = createRequire(new URL("../matrix/langchain-1/package.json", import.meta.url));
const { FakeListChatModel } = load("@langchain/core/utils/testing");
const { RunnableLambda, RunnableSequence } = load("@langchain/core/runnables");
const { tool } = load("@langchain/core/tools");

// Spans are made and ended, and go nowhere: what an exporter costs is another matter.
const nowhere = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
new NodeTracerProvider({ spanProcessors: [nowhere] }).register();
const tracer = trace.getTracer("app");
const instrumentation = new LangChainInstrumentation({ enabled: false });

const model = new FakeListChatModel({ responses: ["Hello"] });
const streaming = new FakeListChatModel({ responses: ["Hello, ".repeat(30)] });
const schema = { type: "object", properties: { city: { type: "string" } } };
const weather = tool(async () => "Sunny", { name: "weather", description: "tells", schema });
const same = () => new RunnableLambda({ func: (input) => input });
const chain = RunnableSequence.from([same(), same(), same()]);

const WORK = {
  "a model": (options) => model.invoke("Hi", options),
  "a tool": (options) => weather.invoke({ city: "Oslo" }, options),
  "a chain of three, which is no span": (options) => chain.invoke("Hi", options),
  "a stream of 210 chunks": async (options) => {
    for await (const _ of await streaming.stream("Hi", options));
  },
};

const nothing = () => {};
const callbacks = [
  {
    name: "nothing",
    awaitHandlers: true,
    handleChatModelStart: nothing,
    handleLLMEnd: nothing,
    handleToolStart: nothing,
    handleToolEnd: nothing,
    handleChainStart: nothing,
    handleChainEnd: nothing,
  },
];

const ATTRIBUTES = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "fake",
  "gen_ai.request.model": "fake",
};

function byHand(work) {
  return tracer.startActiveSpan("chat fake", { attributes: ATTRIBUTES }, async (span) => {
    try {
      return await work({ callbacks });
    } finally {
      span.setAttribute("gen_ai.response.model", "fake");
      span.end();
    }
  });
}

const VARIANTS = {
  bare: (work) => work(),
  "handler of nothing": (work) => work({ callbacks }),
  "and a span by hand": byHand,
  kit: (work) => work(),
};

async function measure(run, runs) {
  for (let index = 0; index < runs / 20; index += 1) await run();
  const before = process.cpuUsage();
  for (let index = 0; index < runs; index += 1) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / runs;
}

for (const [name, work] of Object.entries(WORK)) {
  const taken = Object.fromEntries(Object.keys(VARIANTS).map((variant) => [variant, []]));
  const runs = name.startsWith("a stream") ? RUNS / 20 : RUNS;
  for (let round = 0; round < ROUNDS + 2; round += 1) {
    for (const [variant, run] of Object.entries(VARIANTS)) {
      if (variant === "kit") {
        instrumentation.enable();
        for (const part of PARTS) instrumentation.manuallyInstrument(load(`@langchain/core/${part}`));
      }
      const micros = await measure(() => run(work), runs);
      instrumentation.disable();
      if (round >= 2) taken[variant].push(micros);
    }
  }
  const told = Object.entries(taken).map(([variant, all]) => `${variant} ${median(all).toFixed(1)}`);
  console.log(`${name}: ${told.join(", ")} µs`);
}
