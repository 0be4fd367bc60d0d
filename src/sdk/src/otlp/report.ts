import type { Log } from "../log.js";
import type { Signal } from "./settings.js";

/** The port on which collectors speak gRPC, where HTTP never works. */
const GRPC_PORT = "4317";
/** Codes of errors on the way to an encrypted connection. */
const TLS = /CERT|SIGNATURE|SSL|TLS|EPROTO/;
const GRPC_HINT = `Port ${GRPC_PORT} is usually gRPC; OTLP over HTTP is usually on 4318.`;

/**
 * Reports once why a signal cannot be delivered, however many batches are lost, and starts over when a batch gets through.
 */
export class DeliveryReport {
  readonly #signal: Signal;
  readonly #place: string;
  readonly #port: string;
  readonly #log: Log;
  #failed = 0;

  constructor(signal: Signal, url: string, log: Log) {
    const { origin, pathname, port } = new URL(url);
    this.#signal = signal;
    // Without user, password and query, which may hold a key.
    this.#place = `${origin}${pathname}`;
    this.#port = port;
    this.#log = log;
  }

  /** Whether the last batch was lost. */
  get isFailing(): boolean {
    return this.#failed > 0;
  }

  delivered(count: number, rejection: string | undefined): void {
    this.#log.debug(`OTLP ${this.#signal}: ${count} delivered to ${this.#place}.`);
    if (rejection != null)
      this.#log.warn(`OTLP ${this.#signal}: ${this.#place} rejected a part: ${rejection}`);
    if (this.#failed === 0) return;
    this.#log.info(
      `OTLP ${this.#signal}: ${this.#place} takes data again; ${this.#failed} batches were lost.`,
    );
    this.#failed = 0;
  }

  /** Delivery failed in a way that may pass. */
  unreachable(reason: string): void {
    if (reason.startsWith("HTTP ")) {
      this.#lost(`${this.#place} takes no data now (${reason}); ${this.#signal} are dropped until it does.`);
      return;
    }
    let hint = `Start a collector, set OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_${this.#signal.toUpperCase()}_EXPORTER=none.`;
    if (this.#port === GRPC_PORT) hint = GRPC_HINT;
    else if (TLS.test(reason)) hint = "Check that it speaks TLS, and OTEL_EXPORTER_OTLP_CERTIFICATE.";
    this.#lost(
      `${this.#place} cannot be reached (${reason}); ${this.#signal} are dropped until it can. ${hint}`,
    );
  }

  refused(reason: string): void {
    let hint = "";
    if (this.#port === GRPC_PORT) hint = ` ${GRPC_HINT}`;
    else if (/HTTP 40[13]/.test(reason)) hint = " Check OTEL_EXPORTER_OTLP_HEADERS.";
    else if (reason.startsWith("HTTP 404")) {
      const signal = this.#signal;
      hint = ` /v1/${signal} is appended to OTEL_EXPORTER_OTLP_ENDPOINT, not to OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT.`;
    }
    this.#lost(`${this.#place} refused a batch (${reason}); it is dropped.${hint}`);
  }

  leftBehind(reason: string): void {
    this.#lost(`what was left when the process exited could not be sent (${reason}).`);
  }

  #lost(line: string): void {
    this.#failed += 1;
    // The log writes each line only once, so a new reason is reported and a repeated one is not.
    this.#log.warn(`OTLP ${this.#signal}: ${line}`);
  }
}
