import { type Attributes, context as contexts, type Span } from "@opentelemetry/api";
import type { MsgHdrs } from "nats";
import type { Bus, BusMessage, BusSubscription } from "./bus.js";
import { type ConcurrencyLimit, OverflowError } from "./concurrency-limit.js";
import type { Content } from "./content.js";
import { type Destination, describeSubject } from "./destination.js";
import type { DroppedEvents } from "./dropped-events.js";
import { HandlerError, KrytenConnectionError, PublishError } from "./errors.js";
import { handlerName } from "./handler-run.js";
import { headerBytes } from "./propagation.js";
import { type MessagingVerb, type Operation, type Telemetry, toErrorType } from "./telemetry.js";
import { noReply, sleepUntilWoken } from "./waiting.js";

export interface RetryPolicy {
  /** Waits for a connection before giving up. */
  attempts: number;
  /** Aborts every wait when the client closes. */
  closing: () => AbortSignal | undefined;
  /** First wait; each further one is twice as long, up to 30 s. */
  delayMs: number;
}

/** A message to be sent, with what its span tells beyond the subject. */
export interface Outgoing {
  subject: string;
  data: Uint8Array;
  headers?: MsgHdrs | undefined;
  signal?: AbortSignal | undefined;
  /** Called once the message is written to the connection. */
  onWritten?: (() => void) | undefined;
  /** Made for this message alone: the rest is added to it. */
  attributes?: Attributes | undefined;
  content?: Content | undefined;
  /** False sends without a span. @default true */
  traced?: boolean;
  /** A wait for the connection that has begun already. */
  connecting?: Connecting | undefined;
}

/** A wait for a connection. */
export interface Connecting {
  /** Rejects when there is none in time. */
  readonly done: Promise<void>;
  /** How many times it has waited so far. */
  readonly retries: number;
}

export interface OutgoingRequest<T> extends Outgoing {
  timeoutMs: number;
  accept?: ((message: BusMessage) => boolean) | undefined;
  /** Turns the reply into the result inside the span, so that a refusal fails the span, too. */
  read: (reply: BusMessage, span: Span | undefined) => T;
}

/** Takes the messages of a subscription. */
export type SubjectHandler = (message: BusMessage) => unknown;

/** How many messages of a subscription are handled at once, and who is told of those that are dropped. */
export interface SubscriptionBounds {
  limit: ConcurrencyLimit;
  dropped: DroppedEvents;
}

/** A message to be handled. */
export interface Incoming {
  message: BusMessage;
  destination: Destination;
  /** Made for this message alone: the rest is added to it. */
  attributes?: Attributes | undefined;
  content?: Content | undefined;
}

/** Key of a client's messenger, for a `LifecycleEventPublisher` that is given the client. */
export const MESSENGER: unique symbol = Symbol("kryten.messenger");

const MAX_DELAY_MS = 30_000;
const JITTER = 0.1;

/** Sends and receives over the client's current bus: waits for a connection and records each operation. */
export class Messenger {
  readonly telemetry: Telemetry;
  readonly #bus: () => Bus | undefined;
  readonly #retry: RetryPolicy;

  constructor(bus: () => Bus | undefined, telemetry: Telemetry, retry: RetryPolicy) {
    this.#bus = bus;
    this.telemetry = telemetry;
    this.#retry = retry;
  }

  /** @throws KrytenConnectionError when there never was a connection, or it ended for good */
  get bus(): Bus {
    const bus = this.#bus();
    if (bus && (bus.state === "connected" || bus.state === "connecting")) return bus;
    throw new KrytenConnectionError("not connected");
  }

  async publish(outgoing: Outgoing): Promise<void> {
    outgoing.signal?.throwIfAborted();
    await this.#recorded("publish", outgoing, async (span) => {
      await this.#connected(span, undefined, outgoing);
      const { subject, data, signal, onWritten } = outgoing;
      await this.bus.send(subject, data, { headers: this.#headers(outgoing), signal, onWritten });
    });
  }

  async request<T>(outgoing: OutgoingRequest<T>): Promise<T> {
    const { subject, data, signal, accept, timeoutMs, onWritten } = outgoing;
    signal?.throwIfAborted();
    const deadline = performance.now() + timeoutMs;
    return this.#recorded("request", outgoing, async (span) => {
      await this.#connected(span, { deadline, timeoutMs }, outgoing);
      const reply = await this.bus.request(subject, data, {
        headers: this.#headers(outgoing),
        signal,
        accept,
        onWritten,
        timeoutMs: Math.max(1, deadline - performance.now()),
      });
      return outgoing.read(reply, span);
    });
  }

  /**
   * Delivers messages to a handler of the application, each run inside its own span.
   * What it throws goes to `onError`.
   */
  subscribe(
    pattern: string,
    handler: SubjectHandler,
    onError: (error: HandlerError) => void,
    bounds?: SubscriptionBounds,
  ): BusSubscription {
    const name = handlerName(handler);
    const { template } = describeSubject(pattern, true);
    return this.bus.subscribe(pattern, (message) => {
      const destination = {
        ...describeSubject(message.subject),
        ...(template !== undefined && { template }),
      };
      const attributes = { "kryten.handler.name": name };
      this.consumed(destination);
      const run = () =>
        this.process({ message, destination, attributes }, async () => {
          try {
            await handler(message);
          } catch (cause) {
            throw new HandlerError(`handler ${name} failed`, { cause });
          }
        });
      if (!bounds) return void run().catch(onError);
      const { limit, dropped } = bounds;
      if (limit.waiting === 0) dropped.caughtUp();
      limit.run(run).catch((error) => (error instanceof OverflowError ? dropped.add() : onError(error)));
    });
  }

  /** Runs one handler for one message, inside a span that continues the sender's trace. */
  async process<T>(incoming: Incoming, run: (span: Span) => Promise<T>): Promise<T> {
    const { message, destination, content } = incoming;
    const operation = this.#describe(
      "process",
      destination,
      message.data.length,
      incoming.attributes,
      content,
    );
    const started = performance.now();
    let errorType: string | undefined;
    try {
      return await this.telemetry.record(operation, this.telemetry.extract(message.headers), run);
    } catch (error) {
      errorType = toErrorType(error);
      throw error;
    } finally {
      const server = this.#bus()?.server;
      const dimensions = { verb: "process", destination, server, errorType };
      this.telemetry.metrics.processed(performance.now() - started, dimensions);
    }
  }

  /** Counts a message once, however many handlers it has. */
  consumed(destination: Destination): void {
    this.telemetry.metrics.consumed({ verb: "process", destination, server: this.#bus()?.server });
  }

  async #recorded<T>(
    verb: "publish" | "request",
    outgoing: Outgoing,
    run: (span: Span | undefined) => Promise<T>,
  ): Promise<T> {
    if (outgoing.traced === false) return run(undefined);
    const { subject, data, attributes, content } = outgoing;
    const destination = describeSubject(subject);
    const operation = this.#describe(verb, destination, data.length, attributes, content);
    const started = performance.now();
    let errorType: string | undefined;
    try {
      return await this.telemetry.record(operation, contexts.active(), run);
    } catch (error) {
      errorType = toErrorType(error);
      throw error;
    } finally {
      const server = this.#bus()?.server;
      this.telemetry.metrics.sent(performance.now() - started, { verb, destination, server, errorType });
    }
  }

  /** Fills the attributes it is given: copying them cost more than everything else about an event. */
  #describe(
    verb: MessagingVerb,
    destination: Destination,
    size: number,
    attributes: Attributes = {},
    content: Content | undefined,
  ): Operation {
    const server = this.#bus()?.server;
    attributes["messaging.message.body.size"] = size;
    if (server) {
      attributes["server.address"] = server.address;
      attributes["server.port"] = server.port;
    }
    return this.telemetry.messaging(verb, destination, attributes, content);
  }

  /** The trace context goes along where the server takes headers and they still fit. */
  #headers({ headers, data, traced }: Outgoing): MsgHdrs | undefined {
    const { takesHeaders, maxPayload } = this.bus;
    if (traced === false || !takesHeaders || !this.telemetry.propagates) return headers;
    const injected = this.telemetry.inject(contexts.active(), headers);
    return injected && data.length + headerBytes(injected) > maxPayload ? headers : injected;
  }

  /** @throws KrytenConnectionError as sending would, without waiting for a lost connection to return */
  assertOpen(): void {
    void this.bus;
  }

  /** Waits for a connection as publishing does or, with a time limit, as a request does. */
  connecting(signal: AbortSignal | undefined, timeoutMs?: number): Connecting {
    const limit =
      timeoutMs === undefined ? undefined : { deadline: performance.now() + timeoutMs, timeoutMs };
    const connecting = { done: Promise.resolve(), retries: 0 };
    connecting.done = this.#wait(connecting, limit, signal);
    // Nobody may be waiting for it any more when it rejects.
    connecting.done.catch(() => {});
    return connecting;
  }

  get isConnected(): boolean {
    return this.#bus()?.state === "connected";
  }

  /** What is published while `nats` reconnects is lost, so a message waits here until there is a connection. */
  async #connected(
    span: Span | undefined,
    limit: Limit | undefined,
    { connecting, signal }: Outgoing,
  ): Promise<void> {
    const tally = { retries: 0 };
    try {
      await connecting?.done;
      // It may be lost again: other chat lines had their turn meanwhile.
      if (this.bus.state !== "connected") await this.#wait(tally, limit, signal);
    } finally {
      const retries = (connecting?.retries ?? 0) + tally.retries;
      if (retries > 0) span?.setAttribute("kryten.retry.count", retries);
    }
  }

  /** Retries by the policy, and at once when the connection is back: those that wait go on in the order they came. */
  async #wait(
    tally: { retries: number },
    limit: Limit | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let wake = (): void => {};
    const leave = this.bus.onChange(() => wake());
    try {
      for (let { bus } = this; bus.state !== "connected"; bus = this.bus) {
        const { retries } = tally;
        if (retries === this.#retry.attempts)
          throw new PublishError(`no connection after ${retries} retries`);
        const delay =
          Math.min(this.#retry.delayMs * 2 ** retries, MAX_DELAY_MS) * (1 + JITTER * Math.random());
        const left = limit ? limit.deadline - performance.now() : Number.POSITIVE_INFINITY;
        const onAsleep = (woken: () => void) => {
          wake = woken;
        };
        const ms = Math.min(delay, Math.max(0, left));
        await sleepUntilWoken(ms, onAsleep, signal, this.#retry.closing());
        tally.retries++;
        if (limit && left <= delay && this.bus.state !== "connected") {
          throw noReply("the request", limit.timeoutMs);
        }
      }
    } finally {
      leave();
    }
  }
}

/** Time limit of a request. */
interface Limit {
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly timeoutMs: number;
}
