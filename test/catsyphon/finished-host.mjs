// An application that makes one model call, and is done when its input ends. With the argument `waiting` it sends without
// a processor of the kit, in the mode that waits, and has waited for that before.
import { CatSyphonSpanExporter, CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const waits = process.argv[2] === "waiting";
let told;
const exported = new Promise((resolve) => {
  told = resolve;
});

function withoutTimers() {
  const exporter = new CatSyphonSpanExporter({ queueMode: "sync" });
  const nothing = async () => {};
  const onEnd = (span) => exporter.export([span], told);
  return { onStart: () => {}, onEnd, forceFlush: nothing, shutdown: nothing };
}

const spanProcessors = [waits ? withoutTimers() : new CatSyphonSpanProcessor()];
const provider = new NodeTracerProvider({ spanProcessors });
const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" };
provider.getTracer("host").startSpan("chat m", { attributes }).end();
process.stdin.resume();
if (waits) process.stderr.write(`exported: ${(await exported).error.message}`);
