// The same as ending.mjs for one ending, in an application of CommonJS modules.
const { AgentPulseSpanProcessor } = require("@kit/exporter-agentpulse");
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");

const [ending, options = "{}"] = process.argv.slice(2);
const processor = new AgentPulseSpanProcessor(JSON.parse(options));
const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer("app");
const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" };
tracer.startSpan("chat gpt-4o", { attributes }).end();
if (ending === "exit") process.exit(3);
