import { isObject, type JsonObject } from "../json.js";
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

/** The payload of a typed event does not have the shape that its model needs. Says which field, never its value. */
class MalformedPayload extends Error {}

type Convert = (origin: EventOrigin, payload: JsonObject) => KrytenEvent;

const toChatMessage: Convert = (origin, payload) => {
  const { user, meta } = payload;
  const [sender, path, name] = isObject(user) ? [user, "user.", "name"] : [payload, "", "username"];
  return new ChatMessageEvent(origin, {
    username: readText(sender, name, path),
    message: readText(payload, payload.msg == null ? "message" : "msg"),
    rank: readNumber(sender, "rank", path),
    shadow: isObject(meta) && Boolean(meta.shadow),
  });
};

const MODELS: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ["chatmsg", toChatMessage],
  ["pm", toChatMessage],
  [
    "adduser",
    (origin, payload) =>
      new UserJoinEvent(origin, { username: readText(payload, "name"), rank: readNumber(payload, "rank") }),
  ],
  ["userleave", (origin, payload) => new UserLeaveEvent(origin, { username: readText(payload, "name") })],
  [
    "changemedia",
    (origin, payload) =>
      new ChangeMediaEvent(origin, {
        mediaType: readText(payload, "type"),
        mediaId: readText(payload, "id"),
        title: readText(payload, "title"),
        duration: readNumber(payload, "seconds"),
        uid: readNumber(payload, "uid"),
      }),
  ],
  [
    "playlist",
    (origin, payload) =>
      new PlaylistUpdateEvent(origin, {
        action: readText(payload, "action"),
        uid: payload.uid == null ? null : readNumber(payload, "uid"),
      }),
  ],
]);

/** A raw event turned into its model, or what is wrong with the payload. */
export type Conversion = { event: KrytenEvent } | { malformed: string };

/** Names without a model, and a `playlist` that carries the whole list, stay raw. */
export function convertEvent(raw: RawEvent): Conversion {
  const name = raw.eventName.toLowerCase();
  const convert = MODELS.get(name);
  if (!convert || (name === "playlist" && Array.isArray(raw.payload))) return { event: raw };
  if (!isObject(raw.payload)) return { malformed: "the payload must be an object" };
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
  const time = readNumber(payload, "time");
  if (time !== 0) {
    const date = new Date(time);
    if (Number.isNaN(date.getTime())) throw new MalformedPayload("time must be a time in milliseconds");
    return date;
  }
  return typeof payload.timestamp === "string" ? readTimestamp(payload.timestamp) : undefined;
}

/** Empty when absent. */
function readText(fields: JsonObject, key: string, path = ""): string {
  const value = fields[key];
  if (value == null) return "";
  if (typeof value !== "string") throw new MalformedPayload(`${path}${key} must be a string`);
  return value;
}

/** Numbers and numeric text, 0 when absent. Fractions are real: 1.5 is the rank of a leader. */
function readNumber(fields: JsonObject, key: string, path = ""): number {
  const value = fields[key];
  if (value == null) return 0;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new MalformedPayload(`${path}${key} must be a number`);
  }
  return number;
}
