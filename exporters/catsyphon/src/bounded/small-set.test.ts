import { expect, it } from "vitest";
import { RecentSet } from "./recent-set.js";
import { SmallSet } from "./small-set.js";

it("holds few things and many, each once", () => {
  const few = new SmallSet(0);
  for (let n = 0; n < 40; n++) few.add(n % 20);
  expect([...few]).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect([few.has(0), few.has(19), few.has(20)]).toEqual([true, true, false]);
});

it("remembers the last texts, and forgets older ones in portions", () => {
  const recent = new RecentSet(3);
  for (const text of ["a", "b", "c", "d"]) expect(recent.add(text)).toBe(true);
  expect(recent.add("a")).toBe(false);
  expect([recent.add("e"), recent.add("f")]).toEqual([true, true]);
  // Used again, it outlived those that came with it.
  expect(["a", "b", "d"].map((text) => recent.has(text))).toEqual([true, false, true]);
});
