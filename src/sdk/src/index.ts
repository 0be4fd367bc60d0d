export { agent, alert, cron, event, metric, session, task, tool, trace } from "@kit/tracing";
export { type Client, init } from "./client.js";
export { flush, patch, shutdown } from "./init.js";
export type { Kit } from "./kit.js";
export type { BatchOptions, ExporterName, InitOptions } from "./options.js";
export type { OtlpOptions } from "./otlp/settings.js";
export { createSpanProcessors } from "./processors.js";
export { TraceTreeExporter, type TraceTreeOptions } from "./tree/exporter.js";
export { VERSION } from "./version.js";
