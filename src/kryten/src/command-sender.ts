import type { Attributes, Span } from "@opentelemetry/api";
import { assertChannel, assertSeconds, readCallOptions } from "./arguments.js";
import type { BusMessage } from "./bus.js";
import type { ChatThrottle } from "./chat-throttle.js";
import { type CommandCall, type CommandMeta, createEnvelope, readContent } from "./command.js";
import type { AddMediaOptions, AddMediaResult } from "./command-methods.js";
import type { KrytenConfig } from "./config.js";
import { KrytenConnectionError, PublishError } from "./errors.js";
import { isObject, type JsonObject, parseJson, toJsonBytes } from "./json.js";
import type { Connecting, Messenger, Outgoing } from "./messenger.js";
import type { QueryCall, SubjectRequest } from "./query-methods.js";
import { assertDone, type Reply, readReply } from "./reply.js";
import { buildCommandSubject, normalizeToken, ROBOT_COMMAND_SUBJECT } from "./subjects.js";

/** A command that left. */
export interface SentCommand {
  readonly subject: string;
  readonly command: string;
  readonly args: JsonObject;
  /** The whole body. */
  readonly body: JsonObject;
}

export interface CommandSenderOptions {
  messenger: Messenger;
  config: KrytenConfig;
  closing: () => AbortSignal;
  throttle: () => ChatThrottle | undefined;
  /** Told of every command that left, whatever its answer. */
  onSent: (sent: SentCommand) => void;
}

/** How a command came to be sent. */
interface Turn {
  /** Seconds that it waited for its turn. */
  readonly waited: number;
  readonly connecting: Connecting | undefined;
}

const NO_WAIT: Turn = { waited: 0, connecting: undefined };
const CONFIRM_TIMEOUT_SECONDS = 5;
/** The bridge itself waits 8 s for CyTube before it answers. */
const ADD_MEDIA_TIMEOUT_SECONDS = 10;

/** Puts commands and queries into their envelopes and judges the answers. */
export class CommandSender {
  readonly #options: CommandSenderOptions;

  constructor(options: CommandSenderOptions) {
    this.#options = options;
  }

  async dispatch(call: CommandCall): Promise<string> {
    assertChannel(call.channel);
    const { command, args } = call;
    const options = readCallOptions(call.options);
    const service = normalizeToken(call.service ?? "robot");
    const { timeout = CONFIRM_TIMEOUT_SECONDS, signal } = options;
    const subject = buildCommandSubject(service);
    const paced = call.throttled
      ? await this.#pace(signal, options.confirm ? timeout * 1000 : undefined)
      : NO_WAIT;
    const { requestId, body } = createEnvelope(service, command, this.#meta(call.channel, options.domain), {
      args,
    });
    const { connecting, waited } = paced;
    const outgoing = { ...this.#outgoing(subject, service, command, body, args), signal, connecting };
    if (waited > 0) outgoing.attributes["kryten.throttle.wait_seconds"] = waited;
    await this.#sending({ subject, command, args, body }, async () => {
      if (!options.confirm) return this.#options.messenger.publish(outgoing);
      const read = (message: BusMessage, span?: Span) => void judge(message, span, command, service, args);
      return this.#options.messenger.request({ ...outgoing, timeoutMs: timeout * 1000, read });
    });
    return requestId;
  }

  /**
   * The turn of a chat line, which needs a connection: lines that waited for one each by itself would leave all at once
   * when it is back.
   */
  async #pace(signal: AbortSignal | undefined, timeoutMs: number | undefined): Promise<Turn> {
    const throttle = this.#options.throttle();
    if (!throttle) return NO_WAIT;
    const { messenger } = this.#options;
    messenger.assertOpen();
    // What is given up on while others have their turns does not wait anew.
    let connecting = messenger.isConnected ? undefined : messenger.connecting(signal, timeoutMs);
    const canSend = () => {
      connecting ??= messenger.connecting(signal, timeoutMs);
      return connecting.done;
    };
    const waited = await throttle.enter(canSend, signal, this.#options.closing());
    return { waited, connecting };
  }

  async queueMedia(channel: string, args: JsonObject, options: AddMediaOptions): Promise<AddMediaResult> {
    assertChannel(channel);
    const { domain, timeout = ADD_MEDIA_TIMEOUT_SECONDS, signal } = readCallOptions(options);
    const command = "addvideo";
    const { body } = createEnvelope("robot", command, this.#meta(channel, domain), { args });
    const subject = ROBOT_COMMAND_SUBJECT;
    const outgoing = this.#outgoing(subject, "robot", command, body, args);
    const read = (message: BusMessage, span?: Span) => judge(message, span);
    const reply = await this.#sending({ subject, command, args, body }, () =>
      this.#options.messenger.request({ ...outgoing, signal, timeoutMs: timeout * 1000, read }),
    );
    return toAddMediaResult(reply);
  }

  async query(call: QueryCall): Promise<Reply> {
    const { command, wanted, args = {}, topLevel = {}, lenient } = call;
    const options = readCallOptions(call.options);
    const channel = call.channel ?? this.#options.config.channels[0].channel;
    const timeout = options.timeout ?? call.timeout;
    assertChannel(channel);
    const { body } = createEnvelope("robot", command, this.#meta(channel, options.domain), {
      args,
      topLevel,
    });
    const sent = { ...args, ...topLevel };
    return this.#options.messenger.request({
      ...this.#outgoing(ROBOT_COMMAND_SUBJECT, "robot", command, body, sent),
      signal: options.signal,
      timeoutMs: timeout * 1000,
      accept: wanted === undefined ? undefined : (message) => holds(message, wanted),
      read: (message, span) =>
        lenient ? judge(message, span) : judge(message, span, command, "robot", sent),
    });
  }

  async request<T>(
    { subject, body, timeout, signal }: SubjectRequest,
    read: (message: BusMessage) => T,
  ): Promise<T> {
    assertSeconds(timeout);
    const data = toJsonBytes(body ?? {});
    return this.#options.messenger.request({ subject, data, signal, timeoutMs: timeout * 1000, read });
  }

  /** Bridges compare the domain exactly, so it is the one configured with this very channel. */
  domainOf(channel: string, domain: string | undefined): string {
    if (domain !== undefined) return domain;
    const { channels } = this.#options.config;
    const wanted = channel.toLowerCase();
    return (channels.find((entry) => entry.channel.toLowerCase() === wanted) ?? channels[0]).domain;
  }

  #meta(channel: string, domain: string | undefined): CommandMeta {
    const source = this.#options.config.service?.name ?? "kryten-client";
    return { source, domain: this.domainOf(channel, domain), channel };
  }

  #outgoing(subject: string, service: string, command: string, body: JsonObject, sent: JsonObject) {
    const meta = body.meta as Record<"request_id" | "channel" | "domain", string>;
    const attributes: Attributes = {
      "messaging.message.conversation_id": meta.request_id,
      "kryten.command": command,
      "kryten.service": service,
      "kryten.channel": meta.channel,
      "kryten.domain": meta.domain,
    };
    return {
      subject,
      data: toJsonBytes(body),
      attributes,
      content: readContent(command, sent),
    } satisfies Outgoing;
  }

  async #sending<T>(sent: SentCommand, send: () => Promise<T>): Promise<T> {
    try {
      const result = await send();
      this.#options.onSent(sent);
      return result;
    } catch (error) {
      const unsent = error instanceof KrytenConnectionError || error instanceof PublishError;
      if (!unsent) this.#options.onSent(sent);
      throw error;
    }
  }
}

/** With a command the reply must have succeeded. @throws CommandError */
function judge(
  message: BusMessage,
  span?: Span,
  command?: string,
  service = "robot",
  sent: JsonObject = {},
): Reply {
  const reply = readReply(message);
  span?.setAttribute("kryten.reply.success", reply.failure === undefined);
  if (command !== undefined) assertDone(reply, command, service, sent);
  return reply;
}

/** The wanted one of two replies: a failure is none of them while a better one may come. */
function holds(message: BusMessage, key: string): boolean {
  try {
    const body = parseJson(message.data);
    return isObject(body) && isObject(body.data) && key in body.data;
  } catch {
    return false;
  }
}

/** Bridges nest the result under `data`; flat ones are read as well. */
function toAddMediaResult(reply: Reply): AddMediaResult {
  const { failure } = reply;
  const data = isObject(reply.body.data) ? reply.data : reply.body;
  const uid = typeof data.uid === "number" ? data.uid : null;
  if (failure === undefined) return { success: true, uid };
  const queueFail = data.queue_fail ?? data.queueFail ?? data.detail;
  return { success: false, uid, error: failure, ...(queueFail === undefined ? {} : { queueFail }) };
}
