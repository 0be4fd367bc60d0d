import { isUuid, type Mode, parseMessage, parseResponse, ShapeError, type WireMessage } from "./shape.js";
import type { Store } from "./store.js";

/** One HTTP answer: an object is sent as JSON, a string as plain text. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** One HTTP request after its body was read. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** What the routes need of the server. */
export interface RouteHost {
  readonly store: Store;
  readonly mode: Mode;
  /** Status for well-formed JSON of the wrong shape: 422 today, 500 or 400 on older servers. */
  readonly shapeStatus: number;
  readonly shuttingDown: boolean;
  health(): unknown;
  stats(): unknown;
  pending(channel: string | null): unknown;
  post(message: WireMessage): Promise<void>;
  respond(original: WireMessage, answer: string | null, responseType: string): WireMessage;
}

const BODY_LIMIT = 2 * 1024 * 1024;
const CHANNEL = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const RESERVED = ["system", "admin", "internal", "reserved", "ailoop"];

type Handler = (host: RouteHost, incoming: Incoming, ...segments: string[]) => Reply | Promise<Reply>;

const ROUTES: readonly (readonly [string, RegExp, Handler])[] = [
  ["GET", /^\/api\/v1\/health$/, (host) => ({ status: 200, body: host.health() })],
  ["GET", /^\/api\/v1\/pending$/, getPending],
  ["POST", /^\/api\/v1\/messages$/, postMessage],
  ["GET", /^\/api\/v1\/messages\/([^/]+)$/, getMessage],
  ["POST", /^\/api\/v1\/messages\/([^/]+)\/response$/, postResponse],
  ["GET", /^\/api\/channels$/, getChannels],
  ["GET", /^\/api\/channels\/([^/]+)\/messages$/, getHistory],
  ["GET", /^\/api\/channels\/([^/]+)\/stats$/, getStats],
  ["GET", /^\/api\/stats$/, (host) => ({ status: 200, body: host.stats() })],
  ["POST", /^\/api\/test$/, () => ({ status: 200, body: { test: "ok" } })],
];

export async function route(host: RouteHost, incoming: Incoming): Promise<Reply> {
  const path = incoming.url.pathname;
  if (path === "/") return { status: 404 };
  const matching = ROUTES.filter(([, pattern]) => pattern.test(path));
  if (matching.length === 0) return { status: 404, body: { error: "Not found" } };
  const found = matching.find(([method]) => method === incoming.method);
  if (!found) return { status: 405, headers: { allow: matching.map(([method]) => method).join(",") } };
  const [, pattern, handle] = found;
  return handle(host, incoming, ...(pattern.exec(path) ?? []).slice(1));
}

/** The parsed body, or the refusal of the server's JSON extractor: type, size, syntax, in this order. */
function readJson({ contentType, body }: Incoming): { value: unknown } | { refusal: Reply } {
  if (!contentType?.startsWith("application/json")) {
    return { refusal: { status: 415, body: "Expected request with `Content-Type: application/json`" } };
  }
  if (Buffer.byteLength(body) > BODY_LIMIT) {
    return { refusal: { status: 413, body: "Failed to buffer the request body: length limit exceeded" } };
  }
  try {
    return { value: JSON.parse(body) };
  } catch {
    return { refusal: { status: 400, body: "Failed to parse the request body as JSON: expected value" } };
  }
}

function refuseShape(host: RouteHost, error: unknown): Reply {
  if (!(error instanceof ShapeError)) throw error;
  const text = `Failed to deserialize the JSON body into the target type: ${error.message}`;
  return { status: host.shapeStatus, body: text };
}

function badChannel(channel: string): Reply | undefined {
  if (CHANNEL.test(channel) && !RESERVED.includes(channel.toLowerCase())) return undefined;
  return { status: 400, body: { error: "Channel name is not valid" } };
}

function badId(id: string): Reply | undefined {
  return isUuid(id) ? undefined : { status: 400, body: "Invalid URL: Cannot parse `id` to a `Uuid`" };
}

async function postMessage(host: RouteHost, incoming: Incoming): Promise<Reply> {
  const json = readJson(incoming);
  if ("refusal" in json) return json.refusal;
  let message: WireMessage;
  try {
    message = parseMessage(json.value, host.mode);
  } catch (error) {
    return refuseShape(host, error);
  }
  if (host.shuttingDown) return { status: 503, body: { error: "server shutting down" } };
  const refusal = badChannel(message.channel);
  if (refusal) return refusal;
  await host.post(message);
  return { status: 201, body: message };
}

function getMessage(host: RouteHost, _incoming: Incoming, id = ""): Reply {
  const refusal = badId(id);
  if (refusal) return refusal;
  const message = host.store.find(id);
  if (message) return { status: 200, body: message };
  return { status: 404, body: { error: "Message not found", message_id: id } };
}

function postResponse(host: RouteHost, incoming: Incoming, id = ""): Reply {
  const refusal = badId(id);
  if (refusal) return refusal;
  const json = readJson(incoming);
  if ("refusal" in json) return json.refusal;
  let response: ReturnType<typeof parseResponse>;
  try {
    response = parseResponse(json.value);
  } catch (error) {
    return refuseShape(host, error);
  }
  const original = host.store.find(id);
  if (!original) return { status: 404, body: { error: "Original message not found", message_id: id } };
  return { status: 200, body: host.respond(original, response.answer, response.response_type) };
}

function getPending(host: RouteHost, { url }: Incoming): Reply {
  const channel = url.searchParams.get("channel");
  const refusal = channel === null ? undefined : badChannel(channel);
  return refusal ?? { status: 200, body: host.pending(channel) };
}

function getChannels({ store }: RouteHost): Reply {
  return { status: 200, body: { channels: store.channels().map((name) => summary(store, name, "name")) } };
}

function getStats({ store }: RouteHost, _incoming: Incoming, channel = ""): Reply {
  return { status: 200, body: summary(store, channel, "channel") };
}

function getHistory({ store }: RouteHost, { url }: Incoming, channel = ""): Reply {
  const limit = url.searchParams.get("limit") ?? "100";
  if (!/^\d+$/.test(limit)) {
    return { status: 400, body: "Failed to deserialize query string: limit: invalid digit found in string" };
  }
  const messages = store.list(channel, Number(limit));
  return { status: 200, body: { channel, messages, total_count: messages.length } };
}

function summary(store: Store, channel: string, key: "name" | "channel") {
  const all = store.list(channel, 1000);
  const time = (message: WireMessage | undefined) => message?.timestamp.replace("Z", "+00:00") ?? null;
  return {
    [key]: channel,
    message_count: store.count(channel),
    oldest_message: time(all[0]),
    newest_message: time(all.at(-1)),
  };
}
