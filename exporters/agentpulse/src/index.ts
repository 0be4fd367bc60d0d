export { AgentPulseSpanExporter } from "./exporter.js";
export { createAgentPulseProcessorFromEnv } from "./from-env.js";
export type { AgentPulseOptions } from "./options/options.js";
export { resolveSettings } from "./options/settings.js";
export { AgentPulseSpanProcessor } from "./processor.js";
export type { ReadableSpan } from "./span/readable-span.js";
export { VERSION } from "./version.js";
