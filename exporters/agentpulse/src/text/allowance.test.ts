import { expect, it } from "vitest";
import { Allowance } from "./allowance.js";

it("tells texts until all together are as long as an event may be", () => {
  const allowance = new Allowance();
  expect(allowance.plain("a".repeat(16_000))).toBe("a".repeat(16_000));
  expect(allowance.plain("b".repeat(384))).toBe("b".repeat(384));
  expect(allowance.plain("c")).toBeUndefined();
  expect(allowance.plain(7)).toBe(7);
});

it("cuts the text that is too long", () => {
  expect(new Allowance().plain("a".repeat(20_000))).toBe(`${"a".repeat(16_383)}…`);
});

it("leaves out what JSON cannot say, and keeps places in lists", () => {
  const allowance = new Allowance();
  expect(allowance.plain([1, Number.NaN, "x", null])).toEqual([1, null, "x", null]);
  expect(allowance.plain(Number.POSITIVE_INFINITY)).toBeUndefined();
  expect(allowance.plain(12n)).toBe("12");
  expect((allowance.plain(Array(900).fill(1)) as unknown[]).length).toBe(200);
});
