// What telling a long conversation to CatSyphon costs, when every call resends the whole history.
// Usage: node bench/catsyphon.mjs [turns]. Prints a line per hundred turns; the server answers from memory.
import { CatSyphonSpanExporter } from "@kit/exporter-catsyphon";

const TURNS = Number(process.argv[2] ?? 1000);
const WORDS = "Where is my order, and when will it be here? ".repeat(20);

let events = 0;
let bytes = 0;
const answer = async (_url, { body }) => {
  bytes += body.length;
  const { events: sent } = JSON.parse(body);
  events += sent.length;
  const reply = { accepted: sent.length, last_sequence: events, conversation_id: "c", warnings: [] };
  return new Response(JSON.stringify(reply), { status: 202 });
};

const text = (role, content) => ({ role, parts: [{ type: "text", content }] });
const hex = (number, length) => number.toString(16).padStart(length, "0");

function turnSpan(turn, input, output) {
  const context = { traceId: hex(turn + 1, 32), spanId: hex(turn + 1, 16), traceFlags: 1 };
  return {
    name: "chat gpt-4o",
    startTime: [1_795_216_000 + turn * 2, 0],
    endTime: [1_795_216_001 + turn * 2, 0],
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.conversation.id": "bench",
      "gen_ai.input.messages": JSON.stringify(input),
      "gen_ai.output.messages": JSON.stringify([output]),
    },
    status: { code: 0 },
    events: [],
    resource: { attributes: { "service.name": "bench" } },
    spanContext: () => context,
  };
}

const exporter = new CatSyphonSpanExporter({
  serverUrl: "http://127.0.0.1:9",
  collectorId: "c",
  apiKey: "k",
  fetch: answer,
});
const history = [text("system", "You are a shop.")];
let block = 0;
console.log("turns      history    µs per turn");
for (let turn = 0; turn < TURNS; turn++) {
  history.push(text("user", `${turn} ${WORDS}`));
  const output = text("assistant", `Turn ${turn}: ${WORDS}`);
  const span = turnSpan(turn, history, output);
  history.push(output);
  // JSON.stringify leaves a rope; whoever reads it first pays for that, and it is not the exporter's doing.
  span.attributes["gen_ai.input.messages"].charCodeAt(0);
  const begun = process.hrtime.bigint();
  exporter.export([span], () => {});
  block += Number(process.hrtime.bigint() - begun);
  if ((turn + 1) % 100 > 0) continue;
  const size = `${Math.round(span.attributes["gen_ai.input.messages"].length / 1024)} KiB`;
  console.log(`${String(turn + 1).padEnd(10)} ${size.padEnd(10)} ${Math.round(block / 100 / 1000)}`);
  block = 0;
  await exporter.forceFlush();
}
await exporter.shutdown();
const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
console.log(
  `${events} events, ${Math.round(bytes / 1024)} KiB sent, ${exporter.droppedEvents} dropped, heap ${heap} MiB`,
);
