import type { Attributes, Span } from "@opentelemetry/api";
import { assertChannel, assertSeconds, readCallOptions } from "../arguments.js";
import type { BusMessage } from "../bus/bus.js";
import type { Connecting } from "../bus/connection-wait.js";
import type { KrytenConfig } from "../config/config.js";
import { isObject, type JsonObject, parseJson, toJsonBytes } from "../json.js";
import type { Messenger, Outgoing } from "../messaging/messenger.js";
import { buildCommandSubject, normalizeToken, ROBOT_COMMAND_SUBJECT } from "../subjects.js";
import type { ChatThrottle } from "./chat-throttle.js";
import { type CommandOptions, type CommandRoute, createEnvelope, readContent } from "./command.js";
import type { AddMediaOptions, AddMediaResult } from "./command-methods.js";
import type { QueryCall, SubjectRequest } from "./query-methods.js";
import { assertDone, type Reply, readReply } from "./reply.js";

/** A command that was written to the connection. */
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
  /** Told of every command that was written, whatever becomes of it. */
  onSent: (sent: SentCommand) => void;
}

/** What a chat line brings along from waiting for its turn. */
interface Turn {
  /** Seconds. */
  readonly waited: number;
  readonly connecting: Connecting | undefined;
}

/** The parts of a command or query that its envelope is made of. */
interface Parts {
  subject: string;
  service: string;
  command: string;
  channel: string;
  domain: string | undefined;
  args: JsonObject;
  topLevel?: JsonObject;
}

const ROBOT = { subject: ROBOT_COMMAND_SUBJECT, service: "robot" } as const;
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

  async dispatch(
    channel: string,
    command: string,
    args: JsonObject,
    options: CommandOptions,
    route: CommandRoute = {},
  ): Promise<string> {
    assertChannel(channel);
    const { domain, confirm, signal, timeout = CONFIRM_TIMEOUT_SECONDS } = readCallOptions(options);
    const timeoutMs = timeout * 1000;
    const service = normalizeToken(route.service ?? "robot");
    const subject = buildCommandSubject(service);
    const turn = route.throttled ? await this.#enter(signal, confirm ? timeoutMs : undefined) : NO_WAIT;
    const { requestId, message } = this.#command({ subject, service, command, channel, domain, args });
    if (turn.waited > 0) message.attributes["kryten.throttle.wait_seconds"] = turn.waited;
    const outgoing = { ...message, signal, connecting: turn.connecting };
    if (confirm) {
      const read = (reply: BusMessage, span?: Span) =>
        assertDone(recordReply(reply, span), command, service, args);
      await this.#options.messenger.request({ ...outgoing, timeoutMs, read });
    } else {
      await this.#options.messenger.publish(outgoing);
    }
    return requestId;
  }

  /**
   * Waits for the turn of a chat line, and then for a connection: lines that waited for it outside the throttle would
   * leave all at once when it is back.
   */
  async #enter(signal: AbortSignal | undefined, timeoutMs: number | undefined): Promise<Turn> {
    const throttle = this.#options.throttle();
    if (!throttle) return NO_WAIT;
    const { messenger } = this.#options;
    messenger.assertOpen();
    // Begun now and not at its turn, so that every line gives up as early as a command that needs no turn.
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
    const { message } = this.#command({ ...ROBOT, command: "addvideo", channel, domain, args });
    const read = recordReply;
    const timeoutMs = timeout * 1000;
    return toAddMediaResult(await this.#options.messenger.request({ ...message, signal, timeoutMs, read }));
  }

  async query(call: QueryCall): Promise<Reply> {
    const { command, wanted, args = {}, topLevel = {}, lenient } = call;
    const { domain, signal, timeout = call.timeout } = readCallOptions(call.options);
    const channel = call.channel ?? this.#options.config.channels[0].channel;
    assertChannel(channel);
    const { message } = this.#message({ ...ROBOT, command, channel, domain, args, topLevel });
    return this.#options.messenger.request({
      ...message,
      signal,
      timeoutMs: timeout * 1000,
      accept: wanted === undefined ? undefined : (reply) => holds(reply, wanted),
      read: (reply, span) => {
        const answer = recordReply(reply, span);
        if (!lenient) assertDone(answer, command, "robot", { ...args, ...topLevel });
        return answer;
      },
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

  /** A message that counts as a command once it is written. */
  #command(parts: Parts) {
    const { requestId, body, message } = this.#message(parts);
    const { subject, command, args } = parts;
    const onWritten = () => this.#options.onSent({ subject, command, args, body });
    return { requestId, message: { ...message, onWritten } };
  }

  #message({ subject, service, command, channel, domain: given, args, topLevel }: Parts) {
    const domain = this.domainOf(channel, given);
    const source = this.#options.config.service?.name ?? "kryten-client";
    const { requestId, body } = createEnvelope(
      service,
      command,
      { source, domain, channel },
      { args, topLevel },
    );
    const attributes: Attributes = {
      "messaging.message.conversation_id": requestId,
      "kryten.command": command,
      "kryten.service": service,
      "kryten.channel": channel,
      "kryten.domain": domain,
    };
    const content = readContent(command, { ...args, ...topLevel });
    const message = { subject, data: toJsonBytes(body), attributes, content } satisfies Outgoing;
    return { requestId, body, message };
  }
}

/** Parses a reply and notes on the span whether the service did what it was asked. */
function recordReply(message: BusMessage, span?: Span): Reply {
  const reply = readReply(message);
  span?.setAttribute("kryten.reply.success", reply.failure === undefined);
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
