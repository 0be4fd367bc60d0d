// An application that makes model calls in two sessions, and leaves at once: by process.exit() or by an error.
import { CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const provider = new NodeTracerProvider({ spanProcessors: [new CatSyphonSpanProcessor()] });
const tracer = provider.getTracer("host");
for (let call = 0; call < 120; call += 1) {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.conversation.id": `conversation-${call % 2}`,
    "gen_ai.response.id": `answer-${call}`,
  };
  tracer.startSpan("chat m", { attributes }).end();
}
if (process.argv[2] === "crash") throw new Error("crashed");
process.exit(0);
