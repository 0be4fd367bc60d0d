import { expect, it } from "vitest";
import { batchCalls, batchResults } from "./batches.js";

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

it("adds up the results as far as they were read, and asks for no price", () => {
  const results = batchResults((line: { ok: boolean; tokens?: number }) => ({
    succeeded: line.ok,
    usage: line.tokens === undefined ? undefined : { input: line.tokens },
  }));
  expect(results.request("b1")).toMatchObject({ operation: "batch_results", linkTo: ["b1"] });
  const fold = results.fold?.(false);
  for (const line of [{ ok: true, tokens: 2 }, { ok: false }, { ok: true, tokens: 3 }]) fold?.add(line);
  expect(fold && results.response?.(fold.body(), request)).toEqual({
    usage: { input: 5 },
    attributes: { "kit.batch.succeeded.count": 2, "kit.batch.failed.count": 1 },
  });
});
