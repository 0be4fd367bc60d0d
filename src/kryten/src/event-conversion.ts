import {
  ChangeMediaEvent,
  ChatMessageEvent,
  type EventOrigin,
  type KrytenEvent,
  PlaylistUpdateEvent,
  type RawEvent,
  readTimestamp,
  UserJoinEvent,
  UserLeaveEvent,
} from "./events.js";
import { isObject, type JsonObject } from "./json.js";

/** A typed event's payload does not have the shape its model needs. */
class MalformedPayload extends Error {}

type Convert = (origin: EventOrigin, payload: JsonObject) => KrytenEvent;

const chat: Convert = (origin, payload) => {
  const sender = isObject(payload.user)
    ? { name: payload.user.name, rank: payload.user.rank }
    : { name: payload.username, rank: payload.rank };
  return new ChatMessageEvent(origin, {
    username: text(sender.name),
    message: text(payload.msg ?? payload.message),
    rank: number(sender.rank),
    shadow: isObject(payload.meta) && Boolean(payload.meta.shadow),
  });
};

const MODELS: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ["chatmsg", chat],
  ["pm", chat],
  ["adduser", (origin, p) => new UserJoinEvent(origin, { username: text(p.name), rank: number(p.rank) })],
  ["userleave", (origin, p) => new UserLeaveEvent(origin, { username: text(p.name) })],
  [
    "changemedia",
    (origin, p) =>
      new ChangeMediaEvent(origin, {
        mediaType: text(p.type),
        mediaId: text(p.id),
        title: text(p.title),
        duration: number(p.seconds),
        uid: number(p.uid),
      }),
  ],
  [
    "playlist",
    (origin, p) =>
      new PlaylistUpdateEvent(origin, { action: text(p.action), uid: p.uid == null ? null : number(p.uid) }),
  ],
]);

/** A raw event turned into its model, or what is wrong with the payload. */
export type Conversion = { event: KrytenEvent } | { malformed: string };

/** Names without a model, and a `playlist` that carries the whole list, stay raw. */
export function convertEvent(raw: RawEvent): Conversion {
  const name = raw.eventName.toLowerCase();
  const convert = MODELS.get(name);
  if (!convert || (name === "playlist" && Array.isArray(raw.payload))) return { event: raw };
  if (!isObject(raw.payload)) return { malformed: "the payload is not an object" };
  try {
    const { channel, domain, correlationId } = raw;
    const origin = { channel, domain, correlationId, timestamp: readTime(raw.payload) ?? raw.timestamp };
    return { event: convert(origin, raw.payload) };
  } catch (error) {
    if (error instanceof MalformedPayload) return { malformed: error.message };
    throw error;
  }
}

/** When it happened rather than when it was bridged: CyTube's Unix milliseconds, else an ISO `timestamp`. */
function readTime(payload: JsonObject): Date | undefined {
  const time = number(payload.time);
  if (time !== 0) {
    const date = new Date(time);
    if (Number.isNaN(date.getTime())) throw new MalformedPayload("the time is out of range");
    return date;
  }
  return typeof payload.timestamp === "string" ? readTimestamp(payload.timestamp) : undefined;
}

function text(value: unknown): string {
  if (value == null) return "";
  if (typeof value !== "string") throw new MalformedPayload("a field that should be text is not");
  return value;
}

/** Numbers and numeric text; fractions are real (rank 1.5). */
function number(value: unknown): number {
  if (value == null) return 0;
  const result = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof result !== "number" || !Number.isFinite(result)) {
    throw new MalformedPayload("a field that should be a number is not");
  }
  return result;
}
