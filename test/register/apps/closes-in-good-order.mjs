import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("app");
tracer.startSpan("work").end();
const waiting = setInterval(() => {}, 1000);
process.once("SIGTERM", () => {
  setTimeout(() => {
    tracer.startSpan("said goodbye").end();
    clearInterval(waiting);
  }, 300);
});
console.log("ready");
