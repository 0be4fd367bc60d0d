import type { Attributes, Context } from "@opentelemetry/api";
import type { StreamMessage } from "../checkpoints/stream-message.js";
import type { Config } from "../config.js";
import { withoutSecrets } from "../rest/failure.js";
import { ClientSpan } from "./client-span.js";
import { errorType } from "./tracing.js";

const MAX_EVENTS = 128;
const MAX_MESSAGE = 256;

/** The span of a checkpoint or restore: one event a line of progress. Ends once. */
export class ProgressSpan {
  readonly #config: Config;
  readonly #span: ClientSpan;
  #messages = 0;

  constructor(config: Config, name: string, attributes: Attributes, parent: Context) {
    this.#config = config;
    this.#span = new ClientSpan(config, name, attributes, parent);
  }

  get context(): Context {
    return this.#span.context;
  }

  set(attributes: Attributes): void {
    this.#span.set(attributes);
  }

  progress(message: StreamMessage): void {
    if (++this.#messages > MAX_EVENTS) return;
    this.#span.event("sprites.progress", {
      "sprites.progress.type": message.type,
      "sprites.progress.message": withoutSecrets(message.message, this.#config).slice(0, MAX_MESSAGE),
    });
  }

  failed(error: unknown, signal: AbortSignal | undefined): void {
    const status = (error as { status?: unknown } | undefined)?.status;
    if (typeof status === "number") this.set({ "http.response.status_code": status });
    this.#span.fail(errorType(error, signal), error);
  }

  end(): void {
    this.set({ "sprites.checkpoint.messages": this.#messages });
    if (this.#messages > MAX_EVENTS) this.set({ "sprites.progress.dropped": this.#messages - MAX_EVENTS });
    this.#span.end();
  }
}
