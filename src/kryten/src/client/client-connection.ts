import { setMaxListeners } from "node:events";
import { context as contexts, SpanKind } from "@opentelemetry/api";
import type { Bus, BusState } from "../bus/bus.js";
import { KrytenConnectionError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Telemetry } from "../telemetry/telemetry.js";
import { bounded } from "../waiting.js";
import type { RunLoop } from "./run-loop.js";

/** Together 5 s, the longest that `disconnect()` may take. */
const BUDGET_MS = { announcement: 1000, handlers: 2000, closing: 2000 };

/** What the client does as its connection comes and goes. */
export interface ConnectionOwner {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly runLoop: RunLoop;
  /** Makes the connection. */
  open(signal: AbortSignal): Promise<Bus>;
  /** Subscribes and announces the start. When it rejects, the connection is closed again. */
  start(bus: Bus): Promise<void>;
  /** Announces the end, while there is still a connection. */
  announceEnd(reason: string): Promise<void>;
  /** Unsubscribes, and ends the handlers: with the reason when they take longer than `graceMs`. */
  stop(graceMs: number, reason: Error): Promise<void>;
  /** Sends what is left and closes. */
  close(bus: Bus, timeoutMs: number): Promise<void>;
}

/** Makes and closes the connection of a client: one attempt and one close at a time, in the order they are asked for. */
export class ClientConnection {
  readonly #owner: ConnectionOwner;
  #bus: Bus | undefined;
  #opening: Promise<void> | undefined;
  #disconnecting: Promise<void> | undefined;
  #closing = new AbortController();
  /** Set when the connection that is being made is no longer wanted. */
  #calledOff: { readonly reason: unknown } | undefined;
  #connectedAt: number | undefined;
  #failed = false;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  get bus(): Bus | undefined {
    return this.#bus;
  }

  /** Aborts when the client closes, or connecting is called off. Each connection has its own. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get state(): BusState {
    if (this.#bus) return this.#bus.state;
    if (this.#opening) return "connecting";
    return this.#failed ? "error" : "disconnected";
  }

  get uptimeSeconds(): number {
    return this.#connectedAt === undefined ? 0 : (performance.now() - this.#connectedAt) / 1000;
  }

  async connect(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    // While it closes, a connection does not count as one: connect anew afterwards.
    if (this.#disconnecting) await bounded(this.#disconnecting, { signal });
    if (!signal) return this.#connect();
    // A caller that joined an attempt only stops waiting for it; the one that began it cancels it.
    if (this.#opening) return bounded(this.#opening, { signal });
    const callOff = () => this.#callOff(signal.reason);
    signal.addEventListener("abort", callOff, { once: true });
    try {
      await this.#connect();
    } finally {
      signal.removeEventListener("abort", callOff);
    }
  }

  /** Never rejects; does nothing when not connected. */
  disconnect(reason: string): Promise<void> {
    this.#disconnecting ??= this.#disconnect(reason).finally(() => {
      this.#disconnecting = undefined;
    });
    return this.#disconnecting;
  }

  async #connect(): Promise<void> {
    if (this.#opening) return this.#opening;
    if (this.#bus && this.#bus.state !== "disconnected" && this.#bus.state !== "error") {
      this.#owner.logger.warn("already connected");
      return;
    }
    this.#calledOff = undefined;
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  #callOff(reason: unknown): void {
    this.#calledOff ??= { reason };
    this.#closing.abort(reason);
  }

  async #open(): Promise<void> {
    // What is left of a connection that was lost for good.
    if (this.#bus) await this.#close();
    this.#closing = new AbortController();
    if (this.#calledOff) this.#closing.abort(this.#calledOff.reason);
    // Every command that waits listens to it.
    setMaxListeners(0, this.closing);
    this.#failed = false;
    this.#owner.runLoop.renew();
    try {
      await this.#openTraced();
    } catch (error) {
      const { aborted, reason } = this.closing;
      this.#failed = true;
      await this.#close();
      throw aborted ? reason : error;
    }
    this.#connectedAt = performance.now();
    this.#owner.logger.info("connected");
  }

  #openTraced(): Promise<void> {
    const operation = { verb: "kryten", target: "connect", kind: SpanKind.INTERNAL, attributes: {} };
    return this.#owner.telemetry.record(operation, contexts.active(), async (span) => {
      const bus = await this.#owner.open(this.closing);
      this.#bus = bus;
      if (bus.server) {
        span.setAttributes({ "server.address": bus.server.address, "server.port": bus.server.port });
      }
      await this.#owner.start(bus);
      this.closing.throwIfAborted();
    });
  }

  async #disconnect(reason: string): Promise<void> {
    if (this.#opening) {
      this.#callOff(closed());
      await this.#opening.catch(() => {});
    }
    const bus = this.#bus;
    if (!bus) return;
    if (bus.state === "connected") {
      const bounds = { timeoutMs: BUDGET_MS.announcement, onTimeout: closed };
      await bounded(this.#owner.announceEnd(reason), bounds).catch(() => {});
    }
    await this.#close();
    this.#owner.logger.info("disconnected");
  }

  async #close(): Promise<void> {
    const bus = this.#bus;
    await this.#owner.stop(BUDGET_MS.handlers, closed());
    this.#closing.abort(closed());
    if (bus) await this.#owner.close(bus, BUDGET_MS.closing).catch(() => {});
    // Another connect() may have come in between.
    if (this.#bus === bus) this.#bus = undefined;
    this.#connectedAt = undefined;
    this.#owner.runLoop.end();
  }
}

function closed(): KrytenConnectionError {
  return new KrytenConnectionError("the client was closed");
}
