import { expect, it } from "vitest";
import { readHeaders } from "./headers.js";

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
