import { expect, it } from "vitest";
import { readHeaders, withHeaderFacts } from "./headers.js";

const facts = (headers: unknown) =>
  readHeaders(headers, (read) => ({ costUsd: Number(read("x-cost")) }))?.costUsd;

it("reads headers as newer SDKs keep them, and as older ones do on their errors", () => {
  expect(facts(new Headers({ "X-Cost": "2" }))).toBe(2);
  expect(facts({ "x-cost": "2" })).toBe(2);
});

it.each([[undefined], [null], ["x-cost: 2"]])("has no facts of %j", (headers) => {
  expect(facts(headers)).toBeUndefined();
});

it("loses the facts, and nothing else, where reading fails", () => {
  const broken = {
    get: () => {
      throw new Error("broken");
    },
  };
  expect(facts(broken)).toBeUndefined();
});

it.each([
  ["a charge", { costUsd: 2 }, "completed", true, 2],
  ["no charge for a whole answer", { costUsd: 0 }, "completed", false, 0],
  ["a zero before a stream's tokens are counted", { costUsd: 0 }, "completed", true, undefined],
  ["a zero sent with a failure", { costUsd: 0 }, "error", false, undefined],
  ["a streamed answer that is free", { costUsd: 2, free: true }, "completed", true, 0],
  ["what is no amount", { costUsd: Number.NaN }, "completed", false, undefined],
] as const)("takes %s for what it is", (_, told, outcome, streamed, costUsd) => {
  expect(withHeaderFacts({ outcome }, told, streamed).response?.usage?.costUsd).toBe(costUsd);
});
