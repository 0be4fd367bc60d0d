import { randomUUID } from "node:crypto";
import { KrytenValidationError } from "../errors.js";
import { isObject, type JsonObject, parseJson, toJsonBytes, toWireTimestamp } from "../json.js";

/** Fields that every event has. */
export interface EventOrigin {
  /** Channel as the bridge's own configuration spells it, not normalised. */
  readonly channel: string;
  readonly domain: string;
  /** UUID given by the bridge, fresh for each event. */
  readonly correlationId: string;
  readonly timestamp: Date;
}

export interface RawEventFields<T = unknown> {
  eventName: string;
  payload: T;
  channel: string;
  domain: string;
  /** @default a new UUID */
  correlationId?: string | undefined;
  /** A string is kept as it came, with its microseconds. @default now */
  timestamp?: Date | string | undefined;
}

/** An event as it crossed the bus: the envelope, and the payload exactly as CyTube sent it. */
export class RawEvent<T = unknown> implements EventOrigin {
  readonly kind = "raw";
  /** In CyTube's own case; subjects and filters compare it in lower case. */
  readonly eventName: string;
  /** One Socket.IO argument as it was, `null` for none, an array for several. */
  readonly payload: T;
  readonly channel: string;
  readonly domain: string;
  readonly correlationId: string;
  readonly timestamp: Date;
  readonly #stamp: string;

  constructor(fields: RawEventFields<T>) {
    this.eventName = fields.eventName;
    this.payload = fields.payload;
    this.channel = fields.channel;
    this.domain = fields.domain;
    this.correlationId = fields.correlationId ?? randomUUID();
    const stamp = fields.timestamp ?? new Date();
    this.timestamp = typeof stamp === "string" ? parseTimestamp(stamp) : stamp;
    this.#stamp = typeof stamp === "string" ? stamp : toWireTimestamp(stamp);
  }

  /** The envelope with the keys of the wire. */
  toJSON(): JsonObject {
    return {
      event_name: this.eventName,
      payload: this.payload,
      channel: this.channel,
      domain: this.domain,
      timestamp: this.#stamp,
      correlation_id: this.correlationId,
    };
  }

  toBytes(): Uint8Array {
    return toJsonBytes(this);
  }

  /** @throws KrytenValidationError when the bytes are not a complete envelope in UTF-8 JSON */
  static fromBytes(bytes: Uint8Array): RawEvent {
    let body: unknown;
    try {
      body = parseJson(bytes);
    } catch (cause) {
      throw new KrytenValidationError("the event is not JSON in UTF-8", { cause });
    }
    if (!isObject(body)) throw new KrytenValidationError("the event is not a JSON object");
    if (!("payload" in body)) throw new KrytenValidationError("the event has no payload");
    return new RawEvent({
      eventName: requiredText(body, "event_name"),
      payload: body.payload,
      channel: requiredText(body, "channel"),
      domain: requiredText(body, "domain"),
      correlationId: optionalText(body, "correlation_id"),
      timestamp: optionalText(body, "timestamp"),
    });
  }
}

function requiredText(body: JsonObject, key: string): string {
  const value = body[key];
  if (typeof value !== "string")
    throw new KrytenValidationError(`the event's ${key} is missing or not a string`);
  return value;
}

function optionalText(body: JsonObject, key: string): string | undefined {
  return body[key] === undefined ? undefined : requiredText(body, key);
}

/** @throws KrytenValidationError when it is not ISO 8601; a stamp without offset counts as UTC */
export function parseTimestamp(text: string): Date {
  const time = readTimestamp(text);
  if (time === undefined) throw new KrytenValidationError("the event's timestamp is not ISO 8601");
  return time;
}

const ISO_8601 = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

export function readTimestamp(text: string): Date | undefined {
  const parts = ISO_8601.exec(text.trim());
  if (!parts) return undefined;
  const offset = parts[1] !== undefined && parts[4] === undefined ? "Z" : "";
  const time = new Date(`${text.trim().replace(" ", "T").replace(",", ".")}${offset}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

abstract class TypedEvent implements EventOrigin {
  readonly channel: string;
  readonly domain: string;
  readonly correlationId: string;
  readonly timestamp: Date;
  constructor(origin: EventOrigin) {
    this.channel = origin.channel;
    this.domain = origin.domain;
    this.correlationId = origin.correlationId;
    this.timestamp = origin.timestamp;
  }
}

/** A chat line (`chatmsg`) or a private message (`pm`). CyTube replays recent lines when the bridge joins. */
export class ChatMessageEvent extends TypedEvent {
  readonly kind = "chat";
  readonly username: string;
  readonly message: string;
  /** 0 for every line of a real CyTube, which sends no rank with chat: ask `getUser()`. */
  readonly rank: number;
  /** Seen by moderators only. */
  readonly shadow: boolean;
  constructor(
    origin: EventOrigin,
    fields: { username: string; message: string; rank: number; shadow?: boolean },
  ) {
    super(origin);
    this.username = fields.username;
    this.message = fields.message;
    this.rank = fields.rank;
    this.shadow = fields.shadow ?? false;
  }
}

/** Somebody joined the channel (`adduser`). */
export class UserJoinEvent extends TypedEvent {
  readonly kind = "join";
  readonly username: string;
  /** May be fractional: 1.5 is the rank of a leader. */
  readonly rank: number;
  constructor(origin: EventOrigin, fields: { username: string; rank: number }) {
    super(origin);
    this.username = fields.username;
    this.rank = fields.rank;
  }
}

/** Somebody left the channel (`userleave`). */
export class UserLeaveEvent extends TypedEvent {
  readonly kind = "leave";
  readonly username: string;
  constructor(origin: EventOrigin, fields: { username: string }) {
    super(origin);
    this.username = fields.username;
  }
}

/** The playing item changed (`changemedia`). */
export class ChangeMediaEvent extends TypedEvent {
  readonly kind = "media";
  /** CyTube's two-letter type: `yt`, `vi`, `gd`, … */
  readonly mediaType: string;
  readonly mediaId: string;
  readonly title: string;
  /** Seconds. */
  readonly duration: number;
  /** 0 for a real CyTube, which sends none here: see the event `setcurrent`. */
  readonly uid: number;
  constructor(
    origin: EventOrigin,
    fields: { mediaType: string; mediaId: string; title: string; duration: number; uid: number },
  ) {
    super(origin);
    this.mediaType = fields.mediaType;
    this.mediaId = fields.mediaId;
    this.title = fields.title;
    this.duration = fields.duration;
    this.uid = fields.uid;
  }
}

/** A change of the playlist told as an object (`playlist`); a whole list comes as a {@link RawEvent}. */
export class PlaylistUpdateEvent extends TypedEvent {
  readonly kind = "playlist";
  /** `add`, `delete`, `move` or `clear`. */
  readonly action: string;
  readonly uid: number | null;
  constructor(origin: EventOrigin, fields: { action: string; uid: number | null }) {
    super(origin);
    this.action = fields.action;
    this.uid = fields.uid;
  }
}

/** Anything a handler can be given; `kind` tells which. */
export type KrytenEvent =
  | RawEvent
  | ChatMessageEvent
  | UserJoinEvent
  | UserLeaveEvent
  | ChangeMediaEvent
  | PlaylistUpdateEvent;
