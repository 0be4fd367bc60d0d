import { AiloopError, ValidationError } from "../errors.js";
import type { ResponseType } from "../model/content.js";
import type { Message } from "../model/message.js";
import { encodeMessage, fromWire } from "../wire/codec.js";
import { camelKeys } from "../wire/keys.js";
import type { HttpTransport, RequestOptions } from "./http.js";

/** The server's own limit for an HTTP body. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** What the server keeps of a channel. */
const HISTORY_LIMIT = 1000;

/** What `GET /api/v1/health` tells. */
export interface HealthData {
  readonly status: string;
  readonly version: string;
  /** Open sockets. */
  readonly activeConnections: number;
  /** Queued prompts that wait for a person; always 0 before 1.0.8. */
  readonly queueSize: number;
  /** Channels with a subscriber. */
  readonly activeChannels: number;
}

/** The routes this client uses, one method each. */
export class ServerApi {
  readonly #http: HttpTransport;

  constructor(http: HttpTransport) {
    this.#http = http;
  }

  /** Stores and broadcasts. */
  async postMessage(message: Message, options: RequestOptions): Promise<Message> {
    const body = encodeMessage(message, MAX_BODY_BYTES);
    const messageId = message.id;
    const reply = await this.#http.request("POST", "/api/v1/messages", body, { ...options, messageId });
    return readReply(reply, messageId);
  }

  async getMessage(id: string, options: RequestOptions = {}): Promise<Message> {
    const reply = await this.#http.request("GET", `/api/v1/messages/${id}`, undefined, {
      ...options,
      messageId: id,
      byId: true,
    });
    return readReply(reply, id);
  }

  /** The one way of answering that releases a queued prompt. */
  async postResponse(
    id: string,
    answer: string | null,
    responseType: ResponseType,
    options: RequestOptions = {},
  ): Promise<Message> {
    const body = JSON.stringify({ answer, response_type: responseType });
    const reply = await this.#http.request("POST", `/api/v1/messages/${id}/response`, body, {
      ...options,
      messageId: id,
      byId: true,
    });
    return readReply(reply, id);
  }

  /** Oldest first, all that the server still has. A message this version cannot read is left out. */
  async history(channel: string, options: RequestOptions = {}): Promise<Message[]> {
    const path = `/api/channels/${encodeURIComponent(channel)}/messages?limit=${HISTORY_LIMIT}`;
    const messages = await this.#list(path, "messages", options);
    return messages.flatMap((raw) => {
      try {
        return [fromWire(raw)];
      } catch {
        return [];
      }
    });
  }

  /** Names of the channels that hold messages. */
  async channels(options: RequestOptions = {}): Promise<string[]> {
    const channels = await this.#list("/api/channels", "channels", options);
    return channels.flatMap((channel) => {
      const name = (channel as { name?: unknown } | null)?.name;
      return typeof name === "string" ? [name] : [];
    });
  }

  /** A server without the route has no history; an unknown channel is an empty list, not a 404. */
  async #list(path: string, key: string, options: RequestOptions): Promise<unknown[]> {
    try {
      return readList(await this.#http.request("GET", path, undefined, options), key);
    } catch (error) {
      if (error instanceof AiloopError && error.status === 404) return [];
      throw error;
    }
  }

  async health(options: RequestOptions = {}): Promise<HealthData> {
    const reply = await this.#http.request("GET", "/api/v1/health", undefined, options);
    const data = camelKeys((reply ?? {}) as object);
    const count = (key: string) => (typeof data[key] === "number" ? data[key] : 0);
    return {
      status: typeof data.status === "string" ? data.status : "unknown",
      version: typeof data.version === "string" ? data.version : "0.0.0",
      activeConnections: count("activeConnections"),
      queueSize: count("queueSize"),
      activeChannels: count("activeChannels"),
    };
  }
}

function readReply(reply: unknown, messageId: string | undefined): Message {
  try {
    return fromWire(reply);
  } catch (cause) {
    const field = cause instanceof ValidationError ? cause.field : undefined;
    throw new ValidationError("the ailoop server answered with something that is no message", {
      cause,
      messageId,
      field,
    });
  }
}

function readList(reply: unknown, key: string): unknown[] {
  const list = (reply as Record<string, unknown> | null)?.[key];
  if (!Array.isArray(list))
    throw new ValidationError(`the ailoop server answered without ${key}`, { field: key });
  return list;
}
