import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("app");
const count = Number(process.argv[2] ?? 5);
for (let index = 0; index < count; index++) tracer.startSpan(`span ${index}`).end();
