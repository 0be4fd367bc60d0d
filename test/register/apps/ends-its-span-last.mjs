import { trace } from "@opentelemetry/api";

const span = trace.getTracer("app").startSpan("all of it");
process.once("beforeExit", () => span.end());
