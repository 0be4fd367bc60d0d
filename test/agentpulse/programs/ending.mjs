// An application with one model call that ends in the way of the first argument.
import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const [ending, options = "{}", said] = process.argv.slice(2);
const processor = new AgentPulseSpanProcessor(JSON.parse(options));
const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer("app");

function call() {
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" };
  tracer.startSpan("chat gpt-4o", { attributes }).end();
}

const endings = {
  idle: () => {},
  return: call,
  exit: () => {
    call();
    process.exit(3);
  },
  /** As soon as what is logged says so; then with one more call that waits. */
  exitOnce: () => {
    process.stderr.write = (line) => {
      if (line.includes(said)) setImmediate(endings.exit);
      return true;
    };
    call();
  },
  throw: () => {
    call();
    throw new Error("from the application");
  },
  reject: () => {
    call();
    Promise.reject(new Error("from the application"));
  },
  /** Waits for a signal. */
  wait: () => {
    call();
    setInterval(() => {}, 60_000);
    console.log("ready", process.listenerCount("SIGTERM"), process.listenerCount("SIGINT"));
  },
};
endings[ending]();
