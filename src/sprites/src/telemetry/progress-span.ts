import { type Attributes, type Context, type Span, trace } from "@opentelemetry/api";
import type { StreamMessage } from "../checkpoints/stream-message.js";
import type { Config } from "../config.js";
import { withoutSecrets } from "../rest/failure.js";
import { errorType, failSpan, startSpan } from "./tracing.js";

const MAX_EVENTS = 128;
const MAX_MESSAGE = 256;

/** The span of a checkpoint or restore: one event a line of progress. Ends once. */
export class ProgressSpan {
  readonly context: Context;
  readonly #config: Config;
  readonly #span: Span;
  #messages = 0;

  constructor(config: Config, name: string, attributes: Attributes, parent: Context) {
    this.#config = config;
    this.#span = startSpan(config, name, attributes, parent);
    this.context = trace.setSpan(parent, this.#span);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  progress(message: StreamMessage): void {
    if (++this.#messages > MAX_EVENTS) return;
    this.#span.addEvent("sprites.progress", {
      "sprites.progress.type": message.type,
      "sprites.progress.message": withoutSecrets(message.message, this.#config).slice(0, MAX_MESSAGE),
    });
  }

  failed(error: unknown, signal: AbortSignal | undefined): void {
    const status = (error as { status?: unknown } | undefined)?.status;
    if (typeof status === "number") this.set({ "http.response.status_code": status });
    failSpan(this.#span, errorType(error, signal), error);
  }

  end(): void {
    this.set({ "sprites.checkpoint.messages": this.#messages });
    if (this.#messages > MAX_EVENTS) this.set({ "sprites.progress.dropped": this.#messages - MAX_EVENTS });
    this.#span.end();
  }
}
