// Forty spans and log records with 100,000 characters each; as the first argument says, they are flushed or left.
import { flush } from "@kit/sdk";
import { trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";

const content = "x".repeat(100_000);
const tracer = trace.getTracer("app");
const logger = logs.getLogger("app");
for (let index = 0; index < 40; index++) {
  tracer.startSpan(`span ${index}`, { attributes: { content } }).end();
  logger.emit({ eventName: "talk", attributes: { messages: [{ parts: [{ content }] }] } });
}
if (process.argv[2] === "exit") process.exit();
const stay = setInterval(() => {}, 1000);
await flush();
clearInterval(stay);
