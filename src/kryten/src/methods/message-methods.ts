import { assertChannel, assertFunction, assertText, readCallOptions, readOptions } from "../arguments.js";
import type { BusSubscription } from "../bus/bus.js";
import type { PublishOptions, RequestOptions } from "../client-options.js";
import type { KrytenConfig } from "../config/config.js";
import { type HandlerError, KrytenValidationError } from "../errors.js";
import { isObject, type JsonObject } from "../json.js";
import type { HandlerQueue } from "../messaging/handler-queue.js";
import type { SubjectHandler } from "../messaging/messenger.js";
import { answering, encodeBody, misuseOf, readJson, toHeaders } from "../messaging/raw-messages.js";
import { assertSubject } from "../subjects.js";
import { KvMethods } from "./kv-methods.js";

/** Messages on subjects of any kind: for what the bridge's events, commands and queries do not cover. */
export abstract class MessageMethods extends KvMethods {
  abstract readonly config: KrytenConfig;
  /** Closes each subscription. */
  readonly #subscriptions = new Set<(graceMs: number) => Promise<void>>();
  protected abstract createHandlerQueue(): HandlerQueue;
  /** A handler failed: the health status counts it. */
  protected abstract handlerFailed(error: HandlerError): void;

  /**
   * Sends to any subject; objects become JSON. Resolves when the server has the message.
   * @throws PublishError, `ambiguous` when the connection broke in between; KrytenValidationError
   */
  async publish(
    subject: string,
    data: Uint8Array | string | object | undefined,
    options: PublishOptions = {},
  ): Promise<void> {
    assertSubject(subject, "publish");
    const warning = misuseOf(subject, this.config.service?.name);
    if (warning) this.warn(warning);
    const { headers, signal } = readOptions(options);
    await this.messenger.publish({ subject, data: encodeBody(data), headers: toHeaders(headers), signal });
  }

  /**
   * Takes the messages of any subject or pattern, across reconnections, until unsubscribed or disconnected.
   * `max_concurrent_handlers` and `max_queued_events` hold for each subscription by itself: a handler can wait for
   * another subscription, but where the limit is 1 not for its own.
   */
  subscribe(subject: string, handler: SubjectHandler): BusSubscription {
    assertSubject(subject, "subscribe");
    assertFunction(handler, "the handler");
    const queue = this.createHandlerQueue();
    const subscription = this.messenger.subscribe(
      subject,
      handler,
      (error) => this.handlerFailed(error),
      (run) => queue.run(run),
    );
    const close = (graceMs: number) => {
      this.#subscriptions.delete(close);
      this.unsubscribe(subscription);
      return queue.close(graceMs);
    };
    this.#subscriptions.add(close);
    return { unsubscribe: () => void close(0) };
  }

  /** Ends what `subscribe` began, and waits for the handlers that run, but no longer than this. */
  protected async closeSubscriptions(graceMs: number): Promise<void> {
    await Promise.all([...this.#subscriptions].map((close) => close(graceMs)));
  }

  /** Never throws, not even when the connection is gone. */
  unsubscribe(subscription: BusSubscription): void {
    try {
      subscription.unsubscribe();
    } catch {
      // Nothing is left to unsubscribe from.
    }
  }

  /**
   * Answers requests in JSON. A request that is no JSON gets `{"error":"Invalid JSON"}`, one whose handler
   * throws `{"error":"Internal error"}`.
   */
  subscribeRequestReply(subject: string, handler: (request: unknown) => unknown): BusSubscription {
    assertFunction(handler, "the handler");
    const publish = (reply: string, data: Uint8Array) => this.messenger.publish({ subject: reply, data });
    return this.subscribe(subject, answering(handler, publish));
  }

  /** Asks any subject with JSON; resolves to the parsed answer. `timeout` in seconds. */
  async natsRequest(
    subject: string,
    body: unknown,
    timeout = 5,
    options: RequestOptions = {},
  ): Promise<unknown> {
    assertSubject(subject, "publish");
    const { signal } = readCallOptions(options);
    return this.requestSubject({ subject, body, timeout, signal }, readJson);
  }

  /** Asks the economy service; the fields of the payload stand beside `command`. Resolves to the raw answer. */
  async economyRequest(
    channel: string,
    command: string,
    payload: JsonObject = {},
    timeout = 5,
    options: RequestOptions = {},
  ): Promise<unknown> {
    assertChannel(channel);
    assertText(command, "command");
    if (!isObject(payload)) throw new KrytenValidationError("payload must be an object");
    const { signal } = readCallOptions(options);
    const body = { ...payload, command, channel };
    return this.requestSubject({ subject: "kryten.economy.command", body, timeout, signal }, readJson);
  }
}
