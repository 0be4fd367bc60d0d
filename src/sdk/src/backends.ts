import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration } from "./configuration.js";
import type { Log } from "./log.js";
import type { InitOptions } from "./options.js";

/** A place for spans that attaches itself when its credentials are configured. */
export interface Backend {
  readonly name: string;
  /** `undefined` when nothing is configured for it. */
  readonly create: (
    options: InitOptions,
    configuration: Configuration,
    log: Log,
  ) => SpanProcessor | undefined;
}

/** One line for each backend besides OTLP. */
export const BACKENDS: readonly Backend[] = [];
