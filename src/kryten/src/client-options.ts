import type { MsgHdrs } from "nats";
import type { HandlerError } from "./errors.js";
import type { Logger } from "./logger.js";
import type { TelemetryOptions } from "./telemetry.js";

/** How a client logs, reports and records. */
export interface KrytenClientOptions extends TelemetryOptions {
  /** @default standard error, from the configured level on */
  logger?: Logger | undefined;
  /** Told of every handler that failed or ran out of time, beside the log. */
  onError?: ((error: HandlerError) => void) | undefined;
  /** Give every heartbeat a span. @default false */
  traceHeartbeats?: boolean | undefined;
}

/** A handler that is registered; `off()` ends that. */
export interface Registration extends Disposable {
  off(): void;
}

/** What travels with one message, and what calls it off before it has left. */
export interface PublishOptions {
  /** Names and values as given win over the trace context of the client. */
  headers?: MsgHdrs | Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

/** Who may call connecting off. */
export interface ConnectOptions {
  /** Rejects with the signal's reason, and closes what was opened by then. */
  signal?: AbortSignal | undefined;
}

export interface RunOptions {
  /** End on SIGINT and SIGTERM. @default true */
  handleSignals?: boolean | undefined;
}
