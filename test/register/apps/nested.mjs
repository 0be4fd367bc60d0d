// Reports the context that its call arrived with, and the context that it passes on.
import { context, propagation, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("app");
await tracer.startActiveSpan("work", async (span) => {
  const carrier = {};
  propagation.inject(context.active(), carrier);
  console.log(JSON.stringify(carrier));
  await import("./chat.mjs");
  span.end();
});
