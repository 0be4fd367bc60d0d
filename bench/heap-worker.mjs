// Heap held by open streams, and heap growth over many calls, of one variant.
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import DefaultOpenAI from "openai";
import { fetch } from "./provider.mjs";
import { median } from "./statistics.mjs";
import { WORKLOADS } from "./workloads.mjs";

const { variant, content, calls, streams: count } = JSON.parse(process.argv[2]);
const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
if (variant !== "bare") provider.register();
const { setup } = await import(`./variants/${variant}.mjs`);
const { OpenAI = DefaultOpenAI } = (await setup({ content, enabled: true })) ?? {};
const client = new OpenAI({ apiKey: "bench", fetch, maxRetries: 0 });
const turn = () => new Promise(setImmediate);

async function heap() {
  // Spans that wait to be exported are not held by whoever made them.
  await provider.forceFlush();
  for (let round = 0; round < 4; round += 1) {
    await turn();
    gc();
  }
  return process.memoryUsage().heapUsed;
}

/** Opens streams and reads so many chunks of each; answers with the streams and their iterators, still open. */
async function open(count, chunks) {
  const streams = [];
  for (let index = 0; index < count; index += 1) {
    const params = { model: "gpt-4o", messages: [], stream: true, user: "4000" };
    const stream = await client.chat.completions.create(params);
    const iterator = stream[Symbol.asyncIterator]();
    for (let read = 0; read < chunks; read += 1) {
      await iterator.next();
      if (read % 100 === 99) await turn();
    }
    streams.push([stream, iterator]);
  }
  return streams;
}

async function heldByStream(chunks) {
  // What is compiled and cached on the way must not be counted as held.
  await open(count / 4, chunks);
  const before = await heap();
  const streams = await open(count, chunks);
  const held = ((await heap()) - before) / count;
  // Not every peer hands on a way to leave.
  for (const [, iterator] of streams) await iterator.return?.();
  return held;
}

/** Bytes that a call leaves behind, when all is compiled that will be: of three stretches the middle one. */
async function growth() {
  const { run } = WORKLOADS["chat, 1 KB"];
  const stretch = calls / 4;
  const sizes = [];
  for (let done = 1; done <= calls; done += 1) {
    await run(client);
    if (done % 20 === 0) await turn();
    if (done % stretch === 0) sizes.push(await heap());
  }
  return median(sizes.slice(1).map((size, index) => (size - sizes[index]) / stretch));
}

console.log(
  JSON.stringify({
    early: await heldByStream(10),
    late: await heldByStream(2000),
    growth: calls === 0 ? undefined : await growth(),
  }),
);
process.exit(0);
