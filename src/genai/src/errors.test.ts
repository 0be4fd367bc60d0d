import { expect, it } from "vitest";
import { errorType, exceptionType, readError } from "./errors.js";

class APIConnectionError extends Error {}

it.each([
  [
    "the HTTP status first",
    Object.assign(new Error("x"), { status: 429, code: "rate_limit_exceeded" }),
    "429",
  ],
  ["then the error's code", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  ["then the class name", new APIConnectionError("x"), "APIConnectionError"],
  ["then the name of a DOM exception", new DOMException("stop", "AbortError"), "AbortError"],
  ["a plain error's own class", new Error("x"), "Error"],
  ["_OTHER for what is no error", "boom", "_OTHER"],
  ["_OTHER for nothing", undefined, "_OTHER"],
])("tells %s", (_, error, type) => {
  expect(errorType(error)).toBe(type);
});

it("puts a provider's code before the class name and after the status", () => {
  expect(errorType(new APIConnectionError("x"), "overloaded_error")).toBe("overloaded_error");
  expect(errorType(Object.assign(new Error("x"), { status: 529 }), "overloaded_error")).toBe("529");
});

it("calls an object of unknown class an error of its own kind", () => {
  expect(exceptionType({ message: "x" })).toBe("_OTHER");
});

it.each([
  "Incorrect API key provided: sk-abcdef1234567890",
  "bad header Authorization: Bearer abc.def-123456",
  "key AIzaSyA1234567890abcdefghij is invalid",
])("takes the secret out of %s", (message) => {
  const text = readError(new Error(message), undefined);
  expect(text.message).toContain("[secret]");
  expect(`${text.message}${text.stack}`).not.toMatch(/abcdef1234567890|abc\.def-123456|AIzaSyA/);
});

it("drops the message of a JSON parser, which quotes the answer, unless content may be shown", () => {
  const error = new SyntaxError("Unexpected token 'H', \"Hello wor\"... is not valid JSON");
  expect(readError(error, "")).toMatchObject({ type: "SyntaxError", message: undefined });
  expect(readError(error, "").stack).not.toContain("Hello wor");
  expect(readError(error, undefined).message).toContain("Hello wor");
});

it("blanks what a message quotes of the call, and nothing else", () => {
  const content = JSON.stringify([{ role: "user", content: "my secret plan is to win" }]);
  expect(readError(new Error("Invalid value: 'my secret plan'."), content).message).toBe(
    "Invalid value: '…'.",
  );
  expect(readError(new Error("cannot use my secret plan is to win here"), content).message).toBe(
    "cannot use … here",
  );
  expect(readError(new Error("The model 'gpt-9' does not exist"), content).message).toBe(
    "The model 'gpt-9' does not exist",
  );
});

it("keeps a message of 500 characters and cuts one of 501", () => {
  expect(readError(new Error("a".repeat(500)), undefined).message).toHaveLength(500);
  expect(readError(new Error("a".repeat(501)), undefined).message).toBe(`${"a".repeat(500)}…`);
});

it("makes do with errors that are not errors", () => {
  expect(readError("boom", undefined)).toEqual({ type: "_OTHER", message: "boom", stack: undefined });
  expect(readError(null, undefined)).toEqual({ type: "_OTHER", message: undefined, stack: undefined });
});
