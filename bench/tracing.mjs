// What marking costs, beside the same span made by hand, and beside the bare function.
// Usage: node bench/tracing.mjs [rounds]. Ratios count; absolute figures drift with the machine.
import { agent, event, metric, session, task } from "@kit/tracing";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { median } from "./statistics.mjs";

const ROUNDS = Number(process.argv[2] ?? 15);
const CALLS = 20_000;

// Spans are made and ended, and go nowhere: what an exporter costs is another matter.
const nowhere = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
const provider = new NodeTracerProvider({ spanProcessors: [nowhere] });

const ATTRIBUTES = {
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.agent.name": "work",
  "kit.kind": "agent",
};
const options = { kind: SpanKind.INTERNAL, attributes: ATTRIBUTES };

/** What an application writes without us, with the same attributes and the same care for errors. */
function byHand(work) {
  return (...args) =>
    trace.getTracer("app").startActiveSpan("invoke_agent work", options, (span) => {
      try {
        return work(...args);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        span.setAttribute("error.type", error.name);
        throw error;
      } finally {
        span.end();
      }
    });
}

function byHandAsync(work) {
  return (...args) =>
    trace.getTracer("app").startActiveSpan("invoke_agent work", options, async (span) => {
      try {
        return await work(...args);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        span.setAttribute("error.type", error.name);
        throw error;
      } finally {
        span.end();
      }
    });
}

function momentByHand(name, data) {
  const attributes = { "kit.kind": "event", "kit.event.name": name, "kit.event.data": JSON.stringify(data) };
  trace.getTracer("app").startSpan(`event ${name}`, { attributes }).end();
}

let sink = 0;
const work = (n) => {
  sink += n;
  return sink;
};
const workAsync = async (n) => {
  sink += n;
  return sink;
};
const DATA = { file: "MEMORY.md", size_kb: 142 };

class Worker {
  work(n) {
    return work(n);
  }
}
agent(Worker);
const worker = new Worker();

const [handSync, handAsync] = [byHand(work), byHandAsync(workAsync)];
const [markedSync, markedAsync, taskSync] = [agent(work), agent(workAsync), task(work)];

const ROWS = [
  [
    "function",
    work,
    handSync,
    { "agent(fn)": markedSync, "task(fn)": taskSync, "method of agent(Class)": (n) => worker.work(n) },
  ],
  ["asynchronous function", workAsync, handAsync, { "agent(fn)": markedAsync }],
  ["block", work, handSync, { "session(name, fn)": () => session("s", () => work(1)) }],
  [
    "event",
    () => {},
    () => momentByHand("snapshot", DATA),
    { "event(name, data)": () => event("snapshot", DATA) },
  ],
  [
    "metric",
    () => {},
    () => momentByHand("depth", DATA),
    { "metric(name, value, tags)": () => metric("depth", 3, { queue: "in" }) },
  ],
];

async function time(run) {
  // CPU time, not the clock's: a busy machine must not decide what marking costs.
  const begun = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) {
    const result = run(call);
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(begun);
  return ((user + system) * 1_000) / CALLS;
}

async function compare(title) {
  console.log(`\n## ${title}\n\n| call | bare | span by hand | marked |\n|---|---|---|---|`);
  for (const [name, bare, hand, marked] of ROWS) {
    for (const [form, run] of Object.entries(marked)) {
      const samples = { bare: [], hand: [], marked: [] };
      for (let round = -2; round < ROUNDS; round += 1) {
        const each = { bare: await time(bare), hand: await time(hand), marked: await time(run) };
        if (round >= 0) for (const key of Object.keys(samples)) samples[key].push(each[key]);
      }
      const [b, h, m] = [samples.bare, samples.hand, samples.marked].map(median);
      const added = (value) => `+${((value - b) / 1000).toFixed(2)} µs`;
      console.log(
        `| ${name}, ${form} | ${(b / 1000).toFixed(2)} µs | ${added(h)} | ${added(m)} (${((m - b) / (h - b)).toFixed(2)}×) |`,
      );
    }
  }
}

console.log(`# Marks on Node ${process.version}, added to the bare call`);
await compare("Without a provider");
provider.register();
await compare("Recorded");
await session("s", () => compare("Recorded, inside a session"));
