import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Config } from "../config.js";
import { safely } from "./safely.js";
import { getTracer } from "./tracing.js";

/** The CLIENT span of a call to the service. Where telemetry fails, the call goes on without it. */
export class ClientSpan {
  /** What is done in it belongs to the call. */
  readonly context: Context;
  readonly #span: Span | undefined;

  constructor(config: Config, name: string, attributes: Attributes, parent: Context) {
    const server = { "server.address": config.host, "server.port": config.port };
    const options = { kind: SpanKind.CLIENT, attributes: { ...attributes, ...server } };
    this.#span = safely(() => getTracer(config).startSpan(name, options, parent));
    this.context = this.#span === undefined ? parent : trace.setSpan(parent, this.#span);
  }

  set(attributes: Attributes): void {
    safely(() => this.#span?.setAttributes(attributes));
  }

  event(name: string, attributes?: Attributes): void {
    safely(() => this.#span?.addEvent(name, attributes));
  }

  rename(name: string): void {
    safely(() => this.#span?.updateName(name));
  }

  /** An outcome that counts as an error, but is none that was thrown. */
  markFailed(type: string, message: string): void {
    this.set({ "error.type": type });
    safely(() => this.#span?.setStatus({ code: SpanStatusCode.ERROR, message }));
  }

  /** With `said` in place of the error's message, where that holds what spans may not show. */
  fail(type: string, error: unknown, said?: string): void {
    const own = error instanceof Error ? error.message : String(error);
    const message = said ?? own;
    this.markFailed(type, message);
    // Without the error's `code`: the SDK would take that for its type.
    const exception =
      error instanceof Error
        ? { name: error.name, message, stack: (error.stack ?? "").replace(own, () => message) }
        : message;
    safely(() => this.#span?.recordException(exception));
  }

  end(): void {
    safely(() => this.#span?.end());
  }
}
