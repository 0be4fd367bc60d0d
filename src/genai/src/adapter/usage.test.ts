import { expect, it } from "vitest";
import { addUsage, type Usage } from "./usage.js";

it("adds what several calls used, member by member, and nothing that is no amount", () => {
  const total: Usage = {};
  addUsage(total, { input: 10, output: 1, cacheRead: null });
  addUsage(total, { input: 5, reasoning: 2, output: Number.NaN });
  addUsage(total, undefined);
  expect(total).toEqual({ input: 15, output: 1, reasoning: 2 });
});
