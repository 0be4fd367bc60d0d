import { ROOT_CONTEXT, type SpanContext, SpanKind } from "@opentelemetry/api";
import type { WebSocket } from "ws";
import { ConnectionError } from "../errors.js";
import type { Settings } from "../options.js";
import { ATTR } from "../telemetry/attributes.js";
import type { Telemetry } from "../telemetry/telemetry.js";
import { startTimer } from "../timing.js";
import { backoffMs } from "./backoff.js";
import type { ConnectionEvent, ConnectionEvents } from "./connection-events.js";
import { closeSocket, openSocket } from "./socket.js";

/** The only control frame. It subscribes to everything, whatever its value, and cannot be revoked. */
const HELLO = JSON.stringify({ subscribe: "*" });

type State = "idle" | "connecting" | "open" | "backoff" | "exhausted";

/** What the link reports to its owner. */
export interface ViewerEvents {
  onText(text: string): void;
  /** After every change of state; `reopened` when a socket is open again after a gap. */
  onChange(reopened: boolean): void;
}

/** The socket that receives every channel. It reconnects by itself until `disconnect`. */
export class ViewerLink {
  readonly #settings: Settings;
  readonly #telemetry: Telemetry;
  readonly #connectionEvents: ConnectionEvents;
  readonly #events: ViewerEvents;
  #state: State = "idle";
  #socket: WebSocket | undefined;
  #attempt: Promise<void> | undefined;
  #attemptAbort: AbortController | undefined;
  #retries = 0;
  #stopBackoff = () => {};
  #firstConnect: SpanContext | undefined;
  #openedBefore = false;
  #closed: ConnectionError | undefined;
  /** Counts changes of the state, to notice those that handlers make. */
  #changes = 0;

  constructor(
    settings: Settings,
    telemetry: Telemetry,
    connectionEvents: ConnectionEvents,
    events: ViewerEvents,
  ) {
    this.#settings = settings;
    this.#telemetry = telemetry;
    this.#connectionEvents = connectionEvents;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isExhausted(): boolean {
    return this.#state === "exhausted";
  }

  /** The attempt under way, if any. */
  get attempt(): Promise<void> | undefined {
    return this.#attempt;
  }

  /** Resolves when the socket is open and the hello written; when it cannot be opened, retries go on behind it. */
  connect(): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (this.#state === "open") return Promise.resolve();
    if (this.#attempt) return this.#attempt;
    this.#stopBackoff();
    this.#retries = 0;
    this.#firstConnect = undefined;
    return this.#tryOnce();
  }

  /** Opens the socket in the background unless it is open or being opened. Failures show as connection events. */
  ensure(): void {
    if (this.#state === "idle" || this.#state === "exhausted") this.connect().catch(() => {});
  }

  /** Closes the socket and stops reconnecting. */
  async disconnect(): Promise<void> {
    const socket = this.#socket;
    this.#stopBackoff();
    this.#attemptAbort?.abort(new ConnectionError("WebSocket was disconnected"));
    this.#attempt = undefined;
    this.#attemptAbort = undefined;
    this.#socket = undefined;
    this.#become("idle");
    if (!socket) return;
    this.#connectionEvents.emit({ type: "disconnected", code: 1000, reason: "closed by the client" });
    await closeSocket(socket);
  }

  /** Closes the socket for good: later calls of `connect` reject with the error. */
  close(error: ConnectionError): Promise<void> {
    this.#closed = error;
    return this.disconnect();
  }

  #tryOnce(delayMs = 0): Promise<void> {
    const abort = new AbortController();
    this.#attemptAbort = abort;
    this.#become("connecting");
    this.#attempt = this.#open(delayMs, abort.signal).finally(() => {
      if (this.#attemptAbort !== abort) return;
      this.#attempt = undefined;
      this.#attemptAbort = undefined;
    });
    return this.#attempt;
  }

  async #open(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#openTraced(delayMs, signal);
      signal.throwIfAborted();
    } catch (error) {
      const failure = asConnectionError(error);
      if (signal.aborted) throw failure; // disconnected meanwhile
      this.#attempt = undefined;
      this.#attemptAbort = undefined;
      this.#retry({ type: "error", error: failure });
      throw failure;
    }
    const reopened = this.#openedBefore;
    this.#openedBefore = true;
    this.#retries = 0;
    this.#become("open", reopened);
    this.#connectionEvents.emit({ type: "connected" });
  }

  #openTraced(delayMs: number, signal: AbortSignal): Promise<void> {
    const first = this.#firstConnect;
    return this.#telemetry.run(
      {
        name: "connect",
        onServer: true,
        kind: SpanKind.CLIENT,
        protocol: "websocket",
        // A retry belongs to no caller: whoever asked for the first attempt may be long gone.
        parent: this.#retries > 0 ? ROOT_CONTEXT : undefined,
        links: first && [{ context: first }],
      },
      async (operation) => {
        this.#firstConnect ??= operation.spanContext;
        if (this.#retries > 0) {
          operation.set({
            [ATTR.RECONNECT_ATTEMPT]: this.#retries,
            [ATTR.RECONNECT_DELAY]: delayMs / 1000,
          });
        }
        const socket: WebSocket = await openSocket(
          this.#settings,
          operation.carrier(),
          {
            onText: (text) => this.#events.onText(text),
            onClose: (code, reason) => this.#lost(socket, code, reason),
          },
          signal,
        );
        if (signal.aborted) {
          socket.terminate();
          throw signal.reason;
        }
        this.#socket = socket;
        socket.send(HELLO);
      },
      signal,
    );
  }

  #lost(socket: WebSocket, code: number, reason: string): void {
    if (this.#socket !== socket) return; // closed by us
    this.#socket = undefined;
    this.#retry({ type: "disconnected", code, reason });
  }

  /** Plans the retry before it tells the handlers why: they may connect, disconnect or close, and that must win. */
  #retry(why: ConnectionEvent): void {
    const next = this.#planRetry();
    const planned = this.#changes;
    this.#connectionEvents.emit(why);
    if (this.#changes === planned) this.#connectionEvents.emit(next);
  }

  #planRetry(): ConnectionEvent {
    const { reconnect } = this.#settings;
    if (this.#retries >= reconnect.attempts) {
      this.#become("exhausted");
      return { type: "exhausted" };
    }
    this.#retries += 1;
    const delayMs = backoffMs(reconnect, this.#retries);
    // Keeps the process alive: a program that only listens must outlive a restart of the server.
    this.#stopBackoff = startTimer(delayMs, () => {
      this.#tryOnce(delayMs).catch(() => {});
    });
    this.#become("backoff");
    return { type: "reconnecting", attempt: this.#retries, delay: delayMs / 1000 };
  }

  #become(state: State, reopened = false): void {
    this.#state = state;
    this.#changes += 1;
    this.#events.onChange(reopened);
  }
}

function asConnectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError(error instanceof Error ? error.message : "WebSocket failed", { cause: error });
}
