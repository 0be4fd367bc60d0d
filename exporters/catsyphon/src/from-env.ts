import { diag } from "@opentelemetry/api";
import { findConnection } from "./delivery/connection.js";
import { CatSyphonSpanExporter } from "./exporter.js";
import type { CatSyphonExporterOptions } from "./options.js";

/**
 * An exporter when the environment, the options or the credentials file tell where to send; else undefined,
 * without a word. Never throws: an address that is none is one `diag` error.
 */
export function createCatSyphonExporterFromEnv(
  options: CatSyphonExporterOptions = {},
): CatSyphonSpanExporter | undefined {
  try {
    return findConnection(options, process.env) && new CatSyphonSpanExporter(options);
  } catch (error) {
    diag.error("CatSyphon exporter: not started", error);
    return undefined;
  }
}
