import { type Context, context, type Link, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { ValidationError } from "../errors.js";
import type { Message } from "../model/message.js";
import type { Answers } from "../prompt/answers.js";
import { ATTR } from "../telemetry/attributes.js";
import { messageAttributes } from "../telemetry/message-attributes.js";
import { SpanKind, type Telemetry } from "../telemetry/telemetry.js";
import { type Instant, secondsBetween } from "../timing.js";
import type { ConnectionEvents } from "../transport/connection-events.js";
import { fromWire } from "../wire/codec.js";
import { DroppedMessages } from "./dropped-messages.js";
import { MessageHandlers } from "./message-handlers.js";
import { Origins } from "./origins.js";
import { Subscriptions } from "./subscriptions.js";

/** What the inbox needs of the client. */
export interface InboxOptions {
  /** Limit of the messages that wait for slow handlers. */
  readonly maxQueued: number;
  readonly answers: Answers;
  readonly telemetry: Telemetry;
  readonly connectionEvents: ConnectionEvents;
  /** Sees every message, for echoes. */
  readonly onMessage: (message: Message) => void;
}

/** Takes the frames of both sockets: waits see every message, handlers those of subscribed channels, each once. */
export class Inbox {
  readonly handlers: MessageHandlers;
  readonly subscriptions: Subscriptions;
  readonly origins = new Origins();
  readonly #dropped: DroppedMessages;
  readonly #options: InboxOptions;
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    const { maxQueued, telemetry } = options;
    this.#dropped = new DroppedMessages(() => telemetry.messageDropped());
    this.handlers = new MessageHandlers(
      (message, receivedAt, handle) => this.#process(message, receivedAt, handle),
      maxQueued,
      this.#dropped,
    );
    this.subscriptions = new Subscriptions({
      pass: (message, raw) => this.handlers.push(message, raw),
      maxHeld: maxQueued,
      dropped: this.#dropped,
    });
  }

  /** Messages that handlers should have seen and never will. */
  get dropped(): number {
    return this.#dropped.count;
  }

  /** Frames still arrive while a socket closes; they are ignored. */
  close(): void {
    this.#closed = true;
    this.handlers.clear();
  }

  accept(text: string): void {
    if (this.#closed) return;
    const frame = this.#read(text);
    if (!frame) return;
    const { message, raw } = frame;
    this.origins.note(message);
    this.#options.onMessage(message);
    this.#options.answers.receive(message);
    this.subscriptions.offer(message, raw);
  }

  /** A frame that is no message is reported and counted; the socket stays open. */
  #read(text: string): { message: Message; raw: unknown } | undefined {
    try {
      const raw: unknown = JSON.parse(text);
      return { message: fromWire(raw), raw };
    } catch (cause) {
      this.#options.telemetry.invalidFrame();
      const known = cause instanceof ValidationError;
      const field = known ? cause.field : undefined;
      const what = known ? `a frame was no message: ${cause.message}` : "a frame was not JSON";
      this.#options.connectionEvents.emit({
        type: "error",
        error: new ValidationError(what, { cause, field }),
      });
      return undefined;
    }
  }

  /** All handlers of one message run inside one span, in the trace that the message came from. */
  async #process(message: Message, receivedAt: Instant, handle: () => Promise<unknown[]>): Promise<void> {
    const { telemetry } = this.#options;
    const origin = this.#origin(message);
    const operation = telemetry.start({
      name: "process",
      channel: message.channel,
      kind: SpanKind.CONSUMER,
      type: "process",
      protocol: "websocket",
      parent: origin.parent,
      links: origin.links,
    });
    operation.set({ ...messageAttributes(message), ...this.#responseTime(message, receivedAt) });
    const errors = await context.with(operation.context, handle);
    for (const error of errors) operation.fail(error);
    operation.end();
  }

  #origin(message: Message): { parent: Context; links: Link[] } {
    const remote = this.#options.telemetry.extract(message.metadata);
    if (remote) return { parent: remote.context, links: [remote.link] };
    const spanContext = this.#ownPrompt(message)?.spanContext;
    const parent = spanContext ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
    return { parent, links: [] };
  }

  #responseTime(message: Message, receivedAt: Instant): Record<string, number> {
    const prompt = this.#ownPrompt(message);
    return prompt ? { [ATTR.HUMAN_RESPONSE_TIME]: secondsBetween(prompt.sentAt, receivedAt) } : {};
  }

  #ownPrompt(message: Message) {
    if (message.content.type !== "response" || message.correlationId === null) return undefined;
    const prompt = this.#options.answers.prompt(message.correlationId);
    return prompt?.own ? prompt : undefined;
  }
}
