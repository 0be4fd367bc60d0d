import { expect, it } from "vitest";
import { batchCalls, batchResults } from "./batches.js";
import type { Usage } from "./usage.js";

const batches = batchCalls((batch: { id?: unknown; state?: unknown; files?: unknown[]; done?: number }) => ({
  id: batch.id,
  status: batch.state,
  resultIds: batch.files ?? [],
  succeeded: batch.done,
}));
const request = { operation: "any" };

it("names each call of a batch's life, and links the later ones to who created it", () => {
  expect(batches.create.request()).toEqual({ operation: "create_batch" });
  for (const [call, operation] of [
    [batches.retrieve, "retrieve_batch"],
    [batches.cancel, "cancel_batch"],
  ] as const) {
    expect(call.request("b1")).toEqual({
      operation,
      linkTo: ["b1"],
      attributes: { "kit.batch.id": "b1" },
    });
  }
});

it("remembers a batch under its id and under those of its results", () => {
  const facts = batches.retrieve.response?.(
    { id: "b1", state: "ended", files: ["f1", null], done: 0 },
    request,
  );
  expect(facts).toEqual({
    linkAs: ["b1", "f1"],
    attributes: { "kit.batch.id": "b1", "kit.batch.status": "ended", "kit.batch.succeeded.count": 0 },
  });
});

it("tells nothing of what is absent or odd", () => {
  expect(batches.create.response?.({ id: 7, state: {} }, request)).toEqual({ linkAs: [], attributes: {} });
});

interface Line {
  ok: boolean;
  model?: string;
  tokens?: number;
}
const results = batchResults(({ ok, model, tokens }: Line) => ({
  succeeded: ok,
  model,
  usage: tokens === undefined ? undefined : { input: tokens, terms: ["batch"] },
}));
const PRICES: Readonly<Record<string, number>> = { small: 0.25, large: 2 };
const prices = {
  readResult: () => true,
  price: (model: string | null | undefined, { input }: Usage) => {
    const each = PRICES[model ?? ""];
    return each === undefined ? undefined : each * (input ?? 0);
  },
};
const factsOf = (lines: readonly Line[], readResult = prices.readResult as (position: number) => boolean) => {
  const fold = results.fold?.(false, { ...prices, readResult });
  for (const line of lines) fold?.add(line);
  return fold && results.response?.(fold.body(), request);
};

it("adds up the results as far as they were read, each at the price of its own model", () => {
  expect(results.request("b1")).toMatchObject({ operation: "batch_results", linkTo: ["b1"] });
  const lines = [
    { ok: true, model: "small", tokens: 2 },
    { ok: false },
    { ok: true, model: "large", tokens: 3 },
  ];
  expect(factsOf(lines)).toEqual({
    usage: { input: 5, costUsd: 6.5, terms: ["batch"] },
    attributes: { "kit.batch.succeeded.count": 2, "kit.batch.failed.count": 1 },
  });
});

it("leaves out what an earlier reading counted, but tells every outcome", () => {
  const lines = [
    { ok: true, model: "small", tokens: 2 },
    { ok: false },
    { ok: true, model: "large", tokens: 3 },
  ];
  expect(factsOf(lines, (position) => position > 1)).toEqual({
    usage: { input: 3, costUsd: 6, terms: ["batch"] },
    attributes: { "kit.batch.succeeded.count": 2, "kit.batch.failed.count": 1 },
  });
  expect(factsOf(lines, () => false)?.usage).toEqual({});
});

it("has no cost when the price of one result is unknown, or none was read", () => {
  const lines = [
    { ok: true, model: "small", tokens: 2 },
    { ok: true, model: "odd", tokens: 1 },
    { ok: true, model: "small", tokens: 2 },
  ];
  expect(factsOf(lines)?.usage).toEqual({ input: 5, terms: ["batch"] });
  expect(factsOf([])?.usage).toEqual({});
});
