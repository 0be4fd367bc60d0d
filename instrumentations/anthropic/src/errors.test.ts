import { expect, it } from "vitest";
import { readErrorCode } from "./errors.js";

it.each([
  [
    "an error event, as later versions keep it",
    { error: { type: "error", error: { type: "overloaded_error" } } },
    "overloaded_error",
  ],
  ["an error body without its envelope", { error: { type: "api_error" } }, "api_error"],
  [
    "an error event, as versions before 0.33 quote it",
    { message: 'SSE Error: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' },
    "overloaded_error",
  ],
  [
    "the same one level down",
    { message: "Connection error.", cause: { message: '{"type": "api_error"}' } },
    "api_error",
  ],
  ["a lost connection", { message: "Connection error." }, undefined],
  ["something that is no error", null, undefined],
  ["a thrown text", "overloaded_error", undefined],
])("reads the provider's word from %s", (_, error, code) => {
  expect(readErrorCode(error)).toBe(code);
});
