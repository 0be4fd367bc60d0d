import { describe, expect, it } from "vitest";
import type { AgentPulseEvent } from "../event/event.js";
import { encodeEvent, MAX_DATA_LENGTH, shortenLine } from "./encode-event.js";

const NOW = Date.now();
const encode = (event: object) => {
  const base = { kind: "metric", ts: NOW / 1000, data: { a: 1 } };
  return JSON.parse(encodeEvent({ ...base, ...event } as AgentPulseEvent, NOW, MAX_DATA_LENGTH));
};

it("writes what is right as it is", () => {
  const event = {
    kind: "k",
    ts: 1_795_216_754.25,
    session: "s",
    span_id: "1",
    parent_span_id: "2",
    data: {},
  };
  expect(encodeEvent(event, NOW * 2, MAX_DATA_LENGTH)).toBe(JSON.stringify(event));
});

describe("what would cost the batch is repaired", () => {
  it.each([
    ["span.end", "span_end"],
    ["a-b c", "a_b_c"],
    ["k".repeat(65), "k".repeat(64)],
    ["", "custom_event"],
    ["é", "_"],
  ])("a kind %j", (kind, repaired) => {
    expect(encode({ kind }).kind).toBe(repaired);
  });

  it.each([0, -1, 1_577_836_799, NOW, Number.NaN, NOW / 1000 + 86_500])("a time %d", (ts) => {
    const event = encode({ ts });
    expect(Math.abs(event.ts - NOW / 1000)).toBeLessThan(60);
    expect(event.data).toEqual({ a: 1, original_ts: Number.isFinite(ts) ? ts : String(ts) });
  });

  it("but no time at the edges of what is allowed", () => {
    for (const ts of [1_577_836_800, NOW / 1000 + 86_400]) expect(encode({ ts }).ts).toBe(ts);
  });

  it("data that is no object, and a session that is none or too long", () => {
    expect(encode({ data: "text" }).data).toEqual({ value: "text" });
    expect(encode({ data: [1] }).data).toEqual({ value: [1] });
    expect(encode({ data: null }).data).toEqual({ value: null });
    expect(encode({ session: "s".repeat(256) }).session).toBe("s".repeat(256));
    expect(encode({ session: "s".repeat(257) }).session).toMatch(/^s{247}~[0-9a-f]{8}$/);
    expect(encode({ session: 7 }).session).toBe("7");
  });
});

it("shortens a line that was encoded already", () => {
  const line = encodeEvent(
    { kind: "k", ts: 1_795_216_754, data: { note: "n".repeat(5_000) } },
    NOW * 2,
    16_384,
  );
  const { data } = JSON.parse(shortenLine(line, 2_000));
  expect(JSON.stringify(data).length).toBeLessThanOrEqual(2_000);
  expect(data.truncated).toBe(true);
  expect(shortenLine(line, 6_000)).toBe(line);
});
