// A set-up that an application has of its own, as the front page shows one: its provider, its instrumentation.
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }).register();
registerInstrumentations({ instrumentations: [new OpenAIInstrumentation()] });
