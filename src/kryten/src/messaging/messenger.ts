import { type Attributes, context as contexts, type Span } from "@opentelemetry/api";
import type { MsgHdrs } from "nats";
import type { Bus, BusMessage, BusSubscription } from "../bus/bus.js";
import { type Connecting, ConnectionWait, type RetryPolicy } from "../bus/connection-wait.js";
import { HandlerError, KrytenConnectionError } from "../errors.js";
import type { Content } from "../telemetry/content.js";
import { type Destination, describeSubject } from "../telemetry/destination.js";
import { headerBytes } from "../telemetry/propagation.js";
import { type MessagingVerb, type Operation, type Telemetry, toErrorType } from "../telemetry/telemetry.js";
import { limitTime, type TimeLimit } from "../waiting.js";
import { handlerName } from "./handler-run.js";

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

export interface OutgoingRequest<T> extends Outgoing {
  timeoutMs: number;
  accept?: ((message: BusMessage) => boolean) | undefined;
  /** Turns the reply into the result inside the span, so that a refusal fails the span, too. */
  read: (reply: BusMessage, span: Span | undefined) => T;
}

/** Takes the messages of a subscription. */
export type SubjectHandler = (message: BusMessage) => unknown;

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

/** Sends and receives over the client's current bus: waits for a connection and records each operation. */
export class Messenger {
  readonly telemetry: Telemetry;
  readonly #bus: () => Bus | undefined;
  readonly #waits: ConnectionWait;

  constructor(bus: () => Bus | undefined, telemetry: Telemetry, retry: RetryPolicy) {
    this.#bus = bus;
    this.telemetry = telemetry;
    this.#waits = new ConnectionWait(() => this.bus, retry);
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
    const limit = limitTime(timeoutMs);
    return this.#recorded("request", outgoing, async (span) => {
      await this.#connected(span, limit, outgoing);
      const reply = await this.bus.request(subject, data, {
        headers: this.#headers(outgoing),
        signal,
        accept,
        onWritten,
        limit,
      });
      return outgoing.read(reply, span);
    });
  }

  /**
   * Delivers messages to a handler of the application, each run inside its own span, at once or when `schedule` says.
   * What it throws goes to `onError`.
   */
  subscribe(
    pattern: string,
    handler: SubjectHandler,
    onError: (error: HandlerError) => void,
    schedule = (run: () => Promise<void>): Promise<void> => run(),
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
      schedule(run).catch(onError);
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
    return this.#waits.start(signal, timeoutMs === undefined ? undefined : limitTime(timeoutMs));
  }

  get isConnected(): boolean {
    return this.#bus()?.state === "connected";
  }

  /** Before a message is sent: waits for a connection, and notes on the span how often. */
  async #connected(
    span: Span | undefined,
    limit: TimeLimit | undefined,
    { connecting, signal }: Outgoing,
  ): Promise<void> {
    let again: Connecting | undefined;
    try {
      await connecting?.done;
      // It may be lost again: other chat lines had their turn meanwhile.
      if (this.bus.state !== "connected") again = this.#waits.start(signal, limit);
      await again?.done;
    } finally {
      const retries = (connecting?.retries ?? 0) + (again?.retries ?? 0);
      if (retries > 0) span?.setAttribute("kryten.retry.count", retries);
    }
  }
}
