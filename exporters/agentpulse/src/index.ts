export { AgentPulseSpanExporter } from "./exporter.js";
export { createAgentPulseProcessorFromEnv } from "./from-env.js";
export type { AgentPulseOptions } from "./options.js";
export { AgentPulseSpanProcessor } from "./processor.js";
export type { ReadableSpan } from "./readable-span.js";
export { resolveSettings } from "./settings.js";
export { VERSION } from "./version.js";
