import { describe, expect, it } from "vitest";
import { KrytenValidationError } from "../errors.js";
import { convertEvent } from "./event-conversion.js";
import { RawEvent } from "./events.js";

const ENVELOPE = {
  event_name: "chatMsg",
  payload: { username: "ann", msg: "hi", meta: {}, time: 1754000000123 },
  channel: "My-Lounge",
  domain: "cytu.be",
  timestamp: "2026-03-01T12:30:45.678901+00:00",
  correlation_id: "6a0c0b1e-53d8-4f0e-9f3c-0a8d6b1f2c11",
};

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("RawEvent", () => {
  it("reads an envelope and writes the same one, microseconds included", () => {
    const event = RawEvent.fromBytes(bytes({ ...ENVELOPE, extra: 1 }));
    expect(event).toMatchObject({
      kind: "raw",
      eventName: "chatMsg",
      channel: "My-Lounge",
      domain: "cytu.be",
    });
    expect(event.timestamp.toISOString()).toBe("2026-03-01T12:30:45.678Z");
    expect(JSON.parse(new TextDecoder().decode(event.toBytes()))).toEqual(ENVELOPE);
  });

  it("gives what is absent: an id of its own and the time of now", () => {
    const { timestamp: _t, correlation_id: _c, ...rest } = ENVELOPE;
    const before = Date.now();
    const event = RawEvent.fromBytes(bytes({ ...rest, payload: null }));
    expect(event.correlationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(event.timestamp.getTime()).toBeGreaterThanOrEqual(before);
    expect(event.toJSON().timestamp).toMatch(/\+00:00$/);
  });

  it.each([
    ["2026-03-01T12:30:45+00:00", "2026-03-01T12:30:45.000Z"],
    ["2026-03-01T14:30:45.5+02:00", "2026-03-01T12:30:45.500Z"],
    ["2026-03-01T12:30:45Z", "2026-03-01T12:30:45.000Z"],
    ["2026-03-01T12:30:45.678901", "2026-03-01T12:30:45.678Z"],
    ["2026-03-01 12:30:45", "2026-03-01T12:30:45.000Z"],
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
  ])("reads the timestamp %s, in UTC when it names no offset", (timestamp, iso) => {
    expect(RawEvent.fromBytes(bytes({ ...ENVELOPE, timestamp })).timestamp.toISOString()).toBe(iso);
  });

  it.each([
    ["no object", []],
    ["no payload", { ...ENVELOPE, payload: undefined }],
    ["a channel that is no text", { ...ENVELOPE, channel: 1 }],
    ["an id that is no text", { ...ENVELOPE, correlation_id: 1 }],
    ["a timestamp that is none", { ...ENVELOPE, timestamp: "tomorrow" }],
    ["a timestamp that cannot be", { ...ENVELOPE, timestamp: "2026-13-01T00:00:00Z" }],
  ])("refuses %s", (_name, envelope) => {
    expect(() => RawEvent.fromBytes(bytes(envelope))).toThrow(KrytenValidationError);
  });
});

function convert(eventName: string, payload: unknown) {
  return convertEvent(
    new RawEvent({ eventName, payload, channel: "c", domain: "d", timestamp: "2026-03-01T00:00:00Z" }),
  );
}

describe("conversion", () => {
  it.each([
    [
      "chatMsg",
      { username: "ann", msg: "hi", rank: "1.5" },
      { kind: "chat", username: "ann", message: "hi", rank: 1.5, shadow: false },
    ],
    [
      "chatMsg",
      { user: { name: "bob", rank: 2 }, message: "yo", username: "no" },
      { username: "bob", message: "yo", rank: 2 },
    ],
    ["chatMsg", { msg: "", message: "second" }, { username: "", message: "", rank: 0 }],
    ["pm", { meta: { shadow: true } }, { kind: "chat", shadow: true }],
    ["addUser", { name: "ann", rank: 1 }, { kind: "join", username: "ann", rank: 1 }],
    ["userLeave", { name: "ann" }, { kind: "leave", username: "ann" }],
    [
      "changeMedia",
      { type: "yt", id: "x", title: "t", seconds: "61", duration: "01:01" },
      { kind: "media", mediaType: "yt", mediaId: "x", title: "t", duration: 61, uid: 0 },
    ],
    ["playlist", { action: "delete", uid: 0 }, { kind: "playlist", action: "delete", uid: 0 }],
    ["playlist", { action: "clear" }, { kind: "playlist", uid: null }],
    ["playlist", [1], { kind: "raw" }],
    ["unheardOf", 5, { kind: "raw", payload: 5 }],
  ])("makes of %s %j the model %j", (name, payload, model) => {
    expect(convert(name, payload)).toMatchObject({ event: model });
  });

  it.each([
    ["CyTube's milliseconds", { time: 1754000000123, timestamp: "2024-01-01T00:00:00Z" }, 1754000000123],
    [
      "an ISO timestamp in the payload",
      { time: 0, timestamp: "2024-01-15T10:00:00Z" },
      Date.UTC(2024, 0, 15, 10),
    ],
    ["the envelope, when the payload's is none", { timestamp: "yesterday" }, Date.UTC(2026, 2, 1)],
    ["the envelope", {}, Date.UTC(2026, 2, 1)],
  ])("takes the time from %s", (_name, payload, time) => {
    const conversion = convert("userLeave", payload);
    expect("event" in conversion && conversion.event.timestamp.getTime()).toBe(time);
  });

  it.each([
    ["chatMsg", "text", "the payload must be an object"],
    ["chatMsg", null, "the payload must be an object"],
    ["chatMsg", { msg: 5 }, "msg must be a string"],
    ["chatMsg", { message: 5 }, "message must be a string"],
    ["chatMsg", { username: 5 }, "username must be a string"],
    ["chatMsg", { user: { name: 5 } }, "user.name must be a string"],
    ["chatMsg", { user: { rank: "high" } }, "user.rank must be a number"],
    ["chatMsg", { time: "soon" }, "time must be a number"],
    ["chatMsg", { time: 1e300 }, "time must be a time in milliseconds"],
    ["addUser", { rank: "high" }, "rank must be a number"],
    ["addUser", { rank: "" }, "rank must be a number"],
    ["addUser", [], "the payload must be an object"],
    ["changeMedia", { seconds: {} }, "seconds must be a number"],
    ["playlist", "text", "the payload must be an object"],
  ])("names what is malformed about %s %j", (name, payload, malformed) => {
    expect(convert(name, payload)).toEqual({ malformed });
  });
});
