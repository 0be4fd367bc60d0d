import { expect, it } from "vitest";
import { readAnswer } from "./answers.js";

it.each([
  ['{"error":"batch too large, maximum 50 events"}', { maxItems: 50 }],
  // Of how many, it does not say; of bytes, it does not speak.
  ['{"error":"batch too large"}', {}],
  ["<html>413 Request Entity Too Large</html>", { maxBytes: 500 }],
])("reads of a batch that is too large what it says: %s", (text, limits) => {
  const answer = { status: 413, text, retryAfterMs: undefined };
  const outcome = readAnswer(answer, () => 1_001, "keep");
  expect(outcome).toEqual({ kind: "oversize", error: expect.any(Error), ...limits });
});

it.each([
  ['{"error":"quota used up (100 a day)"}', "HTTP 402: quota used up (100 a day)"],
  ['{"error":"not taken: <b>my prompt</b>"}', "HTTP 402"],
  ["<html>You sent: my prompt</html>", "HTTP 402"],
])("repeats a server's own words, and nothing that may have been sent: %s", (text, message) => {
  const outcome = readAnswer({ status: 402, text, retryAfterMs: undefined }, () => 1, "keep");
  expect(outcome).toEqual({ kind: "refused", error: new Error(message) });
});
