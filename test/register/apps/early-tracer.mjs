// As the NodeSDK of OpenTelemetry does: instrumentations have their tracers before the provider is registered.
import { trace } from "@opentelemetry/api";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const early = trace.getTracer("an instrumentation");
early.startSpan("before").end();

const print = { onStart() {}, onEnd: ({ name }) => console.log(name), forceFlush() {}, shutdown() {} };
new NodeTracerProvider({ spanProcessors: [print] }).register();

early.startSpan("after").end();
early.startActiveSpan("active", (span) => {
  console.log(trace.getActiveSpan() === span);
  span.end();
});
