// An application that makes model calls in two sessions, and leaves at once: by process.exit() or by an error. Told
// `slow`, its clock runs so fast at the end that there is no time to translate them all.
import { CatSyphonSpanExporter, CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const [, , way] = process.argv;
if (way === "slow") {
  process.on("exit", () => {
    let now = performance.now();
    performance.now = () => {
      now += 5;
      return now;
    };
  });
}
// Without the processor all spans wait for one that has not ended, and are translated as one piece of work.
const processor =
  way === "slow" ? new SimpleSpanProcessor(new CatSyphonSpanExporter()) : new CatSyphonSpanProcessor();
const provider = new NodeTracerProvider({ spanProcessors: [processor] });
provider.register();
const tracer = provider.getTracer("host");
const makeCalls = () => {
  for (let call = 0; call < 120; call += 1) {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "m",
      "gen_ai.conversation.id": `conversation-${call % 2}`,
      "gen_ai.response.id": `answer-${call}`,
    };
    tracer.startSpan("chat m", { attributes }).end();
  }
};
if (way === "slow") tracer.startActiveSpan("request", makeCalls);
else makeCalls();
if (way === "crash") throw new Error("crashed");
process.exit(0);
