import type { MsgHdrs } from "nats";
import type { HandlerError } from "./errors.js";
import type { Logger } from "./logger.js";
import type { TelemetryOptions } from "./telemetry/telemetry.js";

/** How a client logs, reports and records. */
export interface KrytenClientOptions extends TelemetryOptions {
  /** @default standard error, from the configured level on */
  logger?: Logger | undefined;
  /** Told of every handler that failed or ran out of time, beside the log. */
  onError?: ((error: HandlerError) => void) | undefined;
  /** Give every heartbeat a span. @default false */
  traceHeartbeats?: boolean | undefined;
}

/** A registered handler; `off()` removes it. */
export interface Registration extends Disposable {
  off(): void;
}

/** Options of `publish()`. */
export interface PublishOptions {
  /** Win over the trace context that the client adds. */
  headers?: MsgHdrs | Readonly<Record<string, string>> | undefined;
  /** Gives up waiting; the message may have been sent. Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of `natsRequest()` and `economyRequest()`. */
export interface RequestOptions {
  /** Gives up waiting; rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of `connect()`. */
export interface ConnectOptions {
  /** Cancels the attempt: rejects with the signal's reason and closes what was opened. */
  signal?: AbortSignal | undefined;
}

/** Options of `run()`. */
export interface RunOptions {
  /** End on SIGINT and SIGTERM. @default true */
  handleSignals?: boolean | undefined;
}
