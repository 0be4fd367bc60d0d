import { describe, expect, it } from "vitest";
import type { EventData } from "../event/event.js";
import { fitData } from "./fit-data.js";

const LIMIT = 16_384;
const lengthOf = (data: EventData) => JSON.stringify(data).length;
const ids = { trace_id: "t".repeat(32), span_id: "s".repeat(16) };
/** Data of exactly `length` units. */
const ofLength = (length: number, key = "note") => {
  const empty = { ...ids, [key]: "" };
  return { ...ids, [key]: "x".repeat(length - lengthOf(empty)) };
};

describe("fitData", () => {
  it("leaves what fits, to the last unit, and shortens one more", () => {
    const fits = ofLength(LIMIT);
    expect(fitData(fits, LIMIT)).toBe(fits);
    const shortened = fitData(ofLength(LIMIT + 1), LIMIT);
    expect(shortened.truncated).toBe(true);
    expect(lengthOf(shortened)).toBeLessThanOrEqual(LIMIT);
    expect(lengthOf(shortened)).toBeGreaterThan(LIMIT - 100);
  });

  const full = () => ({
    ...ids,
    name: "n",
    attributes: { small: 1, large: "a".repeat(3_000), other: "o" },
    events: Array.from({ length: 3 }, (_, n) => ({ name: `e${n}`, text: "e".repeat(900) })),
    messages: Array.from({ length: 4 }, (_, n) => ({ role: "user", content: `${n}${"m".repeat(700)}` })),
    response_preview: "p".repeat(500),
    args: "g".repeat(500),
    result: "r".repeat(500),
    logs: Array.from({ length: 3 }, (_, n) => ({ message: `${n}${"l".repeat(500)}` })),
    error: "e".repeat(500),
  });

  it("lets the least important give way first", () => {
    const order = ["attributes", "events", "messages", "response_preview", "args", "result", "logs", "error"];
    const whole = full() as EventData;
    const total = lengthOf(whole);
    const touched = new Set<string>();
    for (let limit = total; limit > 700; limit -= 300) {
      const fitted = fitData(whole, limit);
      expect(lengthOf(fitted)).toBeLessThanOrEqual(limit);
      expect(fitted).toMatchObject(ids);
      for (const key of order)
        if (JSON.stringify(fitted[key]) !== JSON.stringify(whole[key])) touched.add(key);
      const first = order.findIndex((key) => JSON.stringify(fitted[key]) === JSON.stringify(whole[key]));
      const later = first < 0 ? [] : order.slice(first);
      expect(later.map((key) => [key, JSON.stringify(fitted[key])])).toEqual(
        later.map((key) => [key, JSON.stringify(whole[key])]),
      );
    }
    expect([...touched]).toEqual(order);
  });

  it("cuts long attributes and keeps short ones, and drops the oldest of messages", () => {
    const whole = full();
    const little = fitData(whole, lengthOf(whole) - 500);
    expect(little.attributes).toMatchObject({ small: 1, other: "o" });
    expect((little.attributes as EventData).large).toMatch(/^a{2000,}…$/);
    const less = fitData({ ...ids, messages: whole.messages }, 1_700);
    expect((less.messages as { content: string }[]).map(({ content }) => content[0])).toEqual(["2", "3"]);
  });

  it("finds room whatever is too long", () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`key${n}`, n]));
    const cases: EventData[] = [
      { ...ids, attributes: many },
      { ...ids, ...many },
      { ...ids, name: "n".repeat(20_000), summary: "s".repeat(20_000) },
      { ...ids, nested: { deep: { text: "x".repeat(40_000) } }, list: [["y".repeat(30_000)]] },
      { ...ids, attributes: { quotes: '"'.repeat(20_000), control: "\u0001".repeat(9_000) } },
      { ...ids, messages: [{ role: "user", content: "m".repeat(30_000) }] },
      { ...ids, text: "😀".repeat(12_000) },
      { ...ids, truncated: false, error: "e".repeat(17_000), tags: "t".repeat(17_000) },
    ];
    for (const data of cases) {
      const fitted = fitData(data, LIMIT);
      expect(lengthOf(fitted)).toBeLessThanOrEqual(LIMIT);
      expect(fitted).toMatchObject({ ...ids, truncated: true });
    }
  });

  it("never ends a text in half a character", () => {
    for (let length = 9_000; length < 9_004; length++) {
      const { text } = fitData({ text: `${"x".repeat(length % 4)}${"😀".repeat(9_000)}` }, length);
      expect(/\p{Surrogate}/u.test(text as string)).toBe(false);
    }
  });
});
