import { expect, it } from "vitest";
import { formatMicros, formatTimestamp, readTimestamp } from "./timestamp.js";

it.each([
  [new Date("2026-05-01T08:00:03.250Z"), "2026-05-01T08:00:03.250000Z"],
  ["2026-05-01T08:00:03Z", "2026-05-01T08:00:03.000000Z"],
  ["2026-05-01T08:00:03.250001999Z", "2026-05-01T08:00:03.250001Z"],
  ["2026-05-01T08:00:03.5", "2026-05-01T08:00:03.500000Z"],
  ["2026-05-01 10:00:03.5+0200", "2026-05-01T08:00:03.500000Z"],
  ["2026-05-01T08:00:03.5-00:30", "2026-05-01T08:30:03.500000Z"],
])("writes %s as %s", (time, expected) => {
  expect(formatTimestamp(time)).toBe(expected);
});

it.each(["", "now", "2026-13-01T00:00:00Z", "2026-05-01"])("refuses %j", (time) => {
  expect(() => formatTimestamp(time)).toThrow(TypeError);
});

it("refuses an invalid date", () => {
  expect(() => formatTimestamp(new Date(Number.NaN))).toThrow(TypeError);
});

it("writes microseconds", () => {
  expect(formatMicros(1_795_216_123_250_007)).toBe("2026-11-20T23:08:43.250007Z");
});

it("takes a time without a zone for UTC", () => {
  expect(readTimestamp("2026-05-01T08:00:00")).toEqual(new Date("2026-05-01T08:00:00Z"));
  expect(readTimestamp("2026-05-01T08:00:00+02:00")).toEqual(new Date("2026-05-01T06:00:00Z"));
});
