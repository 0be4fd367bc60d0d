export { CatSyphonSpanExporter } from "./exporter.js";
export { createCatSyphonExporterFromEnv } from "./from-env.js";
export type { CatSyphonExporterOptions } from "./options.js";
export { CatSyphonSpanProcessor } from "./processor.js";
export type { ReadableSpan } from "./readable-span.js";
export { VERSION } from "./version.js";
