// An application that makes one model call, and is done when its input ends.
import { CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const provider = new NodeTracerProvider({ spanProcessors: [new CatSyphonSpanProcessor()] });
const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" };
provider.getTracer("host").startSpan("chat m", { attributes }).end();
process.stdin.resume();
