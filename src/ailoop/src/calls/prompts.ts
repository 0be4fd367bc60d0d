import { randomUUID } from "node:crypto";
import type { Engine } from "../engine.js";
import { invalid } from "../errors.js";
import {
  checkChannel,
  checkId,
  checkOneOf,
  checkOptions,
  checkPlainObject,
  checkSeconds,
  checkText,
  checkWebUrl,
} from "../model/checks.js";
import { type MessageContent, NotificationPriority, type PromptContent } from "../model/content.js";
import {
  createAuthorization,
  createNavigate,
  createNotification,
  type MessageFields,
} from "../model/create.js";
import type { Message } from "../model/message.js";
import { isPrompt, promptChoices } from "../model/prompt.js";
import { checkTransport, type PromptTransport } from "../options.js";
import type { Prompt } from "../prompt/answers.js";
import type { ResponseMessage } from "../prompt/awaiter.js";
import { type Instant, now, untilAborted } from "../timing.js";
import { readQuestion, toDecision, toQuestion } from "./compose.js";
import type {
  AskOptions,
  AuthorizeOptions,
  PromptOptions,
  SayOptions,
  SendOptions,
  WaitOptions,
} from "./options.js";
import { type Outgoing, readTimeout } from "./sender.js";

/** A prompt as the server has it. `response` is not enumerable: the message stays plain data. */
export type SentMessage<Content extends MessageContent = PromptContent> = Message<Content> & {
  /** Waits for the person's answer; an answer that came already is kept. */
  response(options?: WaitOptions): Promise<ResponseMessage>;
};

/** A prompt to be composed and sent. */
interface PromptCall {
  readonly operation: "ask" | "authorize" | "navigate";
  readonly options: PromptOptions;
  compose(fields: MessageFields, transport: PromptTransport): Message | Promise<Message>;
  rewrite?(error: unknown, fields: MessageFields): Message | undefined;
}

/** Calls that ask or tell a person something. */
export class Prompts {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  ask(text: string, options: AskOptions): Promise<SentMessage | ResponseMessage> {
    const { settings, dialect } = this.#engine;
    const read = () => readQuestion(text, options, settings.freeTextOptions);
    return this.#prompt({
      operation: "ask",
      options,
      compose: async (fields, transport) => {
        const question = read();
        const wanted = await dialect.find(options.signal);
        if (wanted === "question") return toQuestion(question, fields);
        return toDecision(question, fields, transport === "websocket");
      },
      rewrite: (error, fields) => (dialect.isDecisionUnknown(error) ? toQuestion(read(), fields) : undefined),
    });
  }

  authorize(action: string, options: AuthorizeOptions): Promise<SentMessage | ResponseMessage> {
    const { timeout = 300, context } = options;
    const compose = (fields: MessageFields) => {
      checkText(action, "action");
      if (context == null) return createAuthorization(action, { ...fields, timeout });
      return createAuthorization(action, {
        ...fields,
        timeout,
        context: checkPlainObject(context, "context"),
      });
    };
    return this.#prompt({ operation: "authorize", options, compose });
  }

  navigate(url: string, options: PromptOptions): Promise<SentMessage | ResponseMessage> {
    const compose = (fields: MessageFields) => createNavigate(checkWebUrl(url, "url"), fields);
    return this.#prompt({ operation: "navigate", options, compose });
  }

  say(text: string, options: SayOptions): Promise<Message> {
    const { priority = "normal", metadata, signal } = options;
    const channel = this.#channel(options.channel);
    return this.#engine.sender.send({
      operation: "say",
      channel,
      transport: checkTransport(options.transport ?? "http", "transport"),
      signal,
      compose: () => {
        checkText(text, "message");
        checkOneOf(priority, NotificationPriority, "priority");
        return createNotification(text, { channel, priority, metadata });
      },
    });
  }

  async send<Content extends MessageContent>(
    message: Message<Content>,
    options: SendOptions,
  ): Promise<Message<Content>> {
    checkPlainObject(message, "message");
    checkPlainObject(message.content, "content");
    const fallback = isPrompt(message) ? this.#engine.settings.promptTransport : "http";
    const sent = await this.#engine.sender.send({
      operation: "send",
      channel: checkChannel(message.channel),
      transport: checkTransport(options.transport ?? fallback, "transport"),
      signal: options.signal,
      compose: () => message,
    });
    return sent as Message<Content>;
  }

  async waitForResponse(messageOrId: Message | string, options: WaitOptions): Promise<ResponseMessage> {
    if (options.timeout !== undefined) checkSeconds(options.timeout, "timeout");
    const given = typeof messageOrId === "string" ? undefined : messageOrId;
    const id = checkId(given ? given.id : messageOrId, "messageId");
    const { answers, api, awaiter } = this.#engine;
    const known = answers.prompt(id);
    if (known) return awaiter.wait(known, options);
    const { signal } = options;
    const message = given ?? (await api.getMessage(id, { signal }));
    return awaiter.wait(await this.#adopt(message, signal), options);
  }

  async #prompt({
    operation,
    options,
    compose,
    rewrite,
  }: PromptCall): Promise<SentMessage | ResponseMessage> {
    options.signal?.throwIfAborted();
    const { settings, sender } = this.#engine;
    const channel = this.#channel(options.channel);
    const transport = checkTransport(options.transport ?? settings.promptTransport, "transport");
    const timeout = options.timeout === undefined ? undefined : checkSeconds(options.timeout, "timeout");
    const fields = { id: randomUUID(), channel, metadata: options.metadata };
    await this.#autoSubscribe(channel, options.signal);
    const sent = await this.#closingOnAbort(fields.id, options, () =>
      sender.send({
        operation,
        channel,
        transport,
        signal: options.signal,
        timeout,
        compose: () => compose(fields, transport),
        ...(rewrite && { rewrite: (error: unknown) => rewrite(error, fields) }),
      } satisfies Outgoing),
    );
    const { signal, closeOnAbort } = options;
    const waits = options.wait ?? settings.waitForResponses;
    if (waits) return this.waitForResponse(sent, { signal, closeOnAbort });
    const response = async (waitOptions: WaitOptions = {}) => {
      this.#engine.assertOpen();
      return this.waitForResponse(sent, checkOptions(waitOptions));
    };
    return Object.defineProperty(sent, "response", { value: response }) as SentMessage;
  }

  /** An abort while the prompt is being sent closes it as well: it may have arrived. */
  async #closingOnAbort(
    id: string,
    { signal, closeOnAbort, wait }: PromptOptions,
    send: () => Promise<Message>,
  ): Promise<Message> {
    try {
      return await send();
    } catch (error) {
      const { answers, awaiter, settings } = this.#engine;
      const prompt = answers.prompt(id);
      const waits = wait ?? settings.waitForResponses;
      if (prompt && waits && closeOnAbort && signal?.aborted) await awaiter.close(prompt);
      throw error;
    }
  }

  async #autoSubscribe(channel: string, signal: AbortSignal | undefined): Promise<void> {
    const { settings, viewer, inbox, pastToSkip } = this.#engine;
    if (!settings.autoSubscribe || !viewer.isOpen || inbox.subscriptions.has(channel)) return;
    try {
      await untilAborted(inbox.subscriptions.add(channel, pastToSkip), signal);
    } catch {
      signal?.throwIfAborted();
      // else the prompt matters more; if the server is gone, sending it tells
    }
  }

  /** Registers a prompt of someone else, or one forgotten, whose answer may already be in the history. */
  async #adopt(message: Message, signal: AbortSignal | undefined): Promise<Prompt> {
    const { answers, api, telemetry } = this.#engine;
    const prompt: Prompt = {
      id: checkId(message.id, "messageId"),
      channel: message.channel, // the server takes any name over its socket
      choices: promptChoices(message),
      contentType: message.content.type,
      timeout: readTimeout(message),
      own: false,
      sentAt: readSentAt(message.timestamp),
      spanContext: telemetry.extract(message.metadata)?.link.context,
    };
    answers.expect(prompt);
    try {
      for (const heard of await api.history(prompt.channel, { signal })) answers.receive(heard);
    } catch (error) {
      if (signal?.aborted) throw error;
      this.#engine.assertOpen();
      // the socket's replay, and polling without one, look there again
    }
    return prompt;
  }

  #channel(channel: string | undefined): string {
    this.#engine.assertOpen();
    if (channel === null) throw invalid("channel", "must be a string");
    return channel === undefined ? this.#engine.settings.channel : checkChannel(channel);
  }
}

/** The sender's clock may be ahead of ours: never later than now. */
function readSentAt(timestamp: string): Instant {
  const here = now();
  const epochMs = Math.min(Date.parse(timestamp) || here.epochMs, here.epochMs);
  return { epochMs, monotonicMs: here.monotonicMs - (here.epochMs - epochMs) };
}
