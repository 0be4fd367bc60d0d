import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("app");
for (let index = 0; index < 5; index++) tracer.startSpan(`span ${index}`).end();
