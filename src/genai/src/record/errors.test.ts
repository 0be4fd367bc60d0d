import { describe, expect, it } from "vitest";
import {
  describeError,
  errorType,
  exceptionType,
  readError,
  readErrorType,
  rememberTold,
  stringsGiven,
  stringsOf,
} from "./errors.js";

class APIConnectionError extends Error {}

it.each([
  [
    "the HTTP status first",
    Object.assign(new Error("x"), { status: 429, code: "rate_limit_exceeded" }),
    "429",
  ],
  ["then the error's code", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  ["a status that stands where the code belongs", Object.assign(new Error("x"), { code: 502 }), "502"],
  ["then the class name", new APIConnectionError("x"), "APIConnectionError"],
  [
    "the class name where the code is a number and no status",
    Object.assign(new APIConnectionError("x"), { code: 1006 }),
    "APIConnectionError",
  ],
  ["then the name of a DOM exception", new DOMException("stop", "AbortError"), "AbortError"],
  [
    "the class name where the code is a sentence",
    Object.assign(new APIConnectionError("x"), { code: "no model likes: hi" }),
    "APIConnectionError",
  ],
  ["a plain error's own class", new Error("x"), "Error"],
  ["_OTHER for what is no error", "boom", "_OTHER"],
  ["_OTHER for nothing", undefined, "_OTHER"],
])("tells %s", (_, error, type) => {
  expect(errorType(error)).toBe(type);
});

it("puts a provider's code before the class name and after the status", () => {
  expect(errorType(new APIConnectionError("x"), "overloaded_error")).toBe("overloaded_error");
  expect(errorType(Object.assign(new Error("x"), { status: 529 }), "overloaded_error")).toBe("529");
  expect(errorType(Object.assign(new Error("x"), { status_code: 404 }))).toBe("404");
  expect(errorType(Object.assign(new Error("x"), { statusCode: 404 }))).toBe("404");
});

it("does not call it an error that the provider answered, only that the answer was none", () => {
  const error = (members: object) => Object.assign(new APIConnectionError("x"), members);
  expect(errorType(error({ statusCode: 200 }), "200")).toBe("APIConnectionError");
  expect(errorType(error({ status: 299, code: "bad_answer" }), "299")).toBe("bad_answer");
  expect(errorType(error({ status: 199 }))).toBe("199");
  expect(errorType(error({ status: 300 }))).toBe("300");
});

it("calls an object of unknown class an error of its own kind", () => {
  expect(exceptionType({ message: "x" })).toBe("_OTHER");
});

it.each([
  "Incorrect API key provided: sk-abcdef1234567890",
  "bad header Authorization: Bearer abc.def-123456",
  "key AIzaSyA1234567890abcdefghij is invalid",
  "hf_abcdef1234567890abcdef1234567890 cannot read this model",
  "remote: ghp_abcdef1234567890abcdef1234567890 denied",
  "invalid_auth: xoxb-1234567890-abcdef1234567890",
  "AKIAABCDEFGHIJKLMNOP is not authorized",
  "jwt malformed: eyJhbGciOiJI.eyJzdWIiOiIx.abcdef1234567890",
])("takes the secret out of %s", (message) => {
  const text = readError(new Error(message));
  expect(text.message).toContain("[secret]");
  expect(`${text.message}${text.stack}`).not.toMatch(
    /abcdef1234567890|abc\.def-123456|AIzaSyA|ABCDEFGH|eyJhbG/,
  );
});

it.each([
  "hf_hub_download failed",
  "xox-small is no model",
  "task-1 failed on disk-full",
  "ghost-writer: 404",
])("leaves %s as it is", (message) => {
  expect(readError(new Error(message)).message).toBe(message);
});

it.each([
  ["https://user:word@host/v1 is down", "https://host/v1 is down"],
  ["fetch to https://host/v1?key=abc failed", "fetch to https://host/v1?… failed"],
  ["see https://platform.openai.com/docs", "see https://platform.openai.com/docs"],
])("takes out of %s what its URL carries for the server alone", (message, told) => {
  expect(readError(new Error(message)).message).toBe(told);
});

it("drops what node-fetch says of an answer that is no JSON, as it quotes it", () => {
  const message = 'invalid json response body at http://host/ reason: Unexpected token, "Dear Ann"';
  expect(readError(new Error(message), []).message).toBeUndefined();
});

it("blanks what a message repeats at length of all that was given, and leaves short words that are quoted", () => {
  const params = { model: "text-embedding-3-small", input: ["the launch is on Monday"], type: "json_schema" };
  const given = stringsGiven({ ...params, previous_response_id: "resp_0123456789", user: "ann@example.com" });
  const message = (text: string) => readError(new Error(text), [], given).message;
  expect(message("page: the launch is on Monday of ann@example.com")).toBe("page: … of …");
  expect(message('page: {"type":"json_schema","n":"x"}')).toBe('page: {"type":"…","n":"x"}');
  expect(message('400 {"message":"bad {\\"type\\":\\"json_schema\\"}"}')).toBe(
    '400 {"message":"bad {\\"type\\":\\"…\\"}"}',
  );
  const cut = `${"-".repeat(486)}{"type":"json_schema"}`;
  expect(message(cut)).toBe(`${"-".repeat(486)}{"type":"…`);
  expect(message("no 'json_schema', resp_0123456789, text-embedding-3-small")).toBe(
    "no 'json_schema', resp_0123456789, text-embedding-3-small",
  );
});

it("reads neither bytes nor circles for strings", () => {
  const circle: Record<string, unknown> = { text: "a", bytes: new Uint8Array(50_000_000) };
  circle.self = [circle, circle];
  expect(stringsOf(circle)).toEqual(["a"]);
});

it("drops the message of a JSON parser, which quotes the answer, unless content may be shown", () => {
  const error = new SyntaxError("Unexpected token 'H', \"Hello wor\"... is not valid JSON");
  expect(readError(error, [])).toMatchObject({ type: "SyntaxError", message: undefined });
  expect(readError(error, []).stack).not.toContain("Hello wor");
  expect(readError(error).message).toContain("Hello wor");
});

describe("what a message repeats of the call is blanked", () => {
  const said = ["my secret plan is to win the day", 'say "hello"\nand go'];

  it.each([
    ["quoted", "Invalid value: 'my secret plan'.", "Invalid value: '…'."],
    ["quoted and short", 'unexpected "win"', 'unexpected "…"'],
    [
      "quoted in a body",
      '{"error":{"code":400,"message":"unexpected \'win\' at 0"}}',
      '{"error":{"code":400,"message":"unexpected \'…\' at 0"}}',
    ],
    ["quoted in a body as JSON does", '{"message":"no \\"win\\"","x":1}', '{"message":"no \\"…\\"","x":1}'],
    ["whole", "cannot use my secret plan is to win the day here", "cannot use…here"],
    ["begun", "Bad input my secret plan is to w...", "Bad input…..."],
    ["with quotes and line breaks", 'bad: say "hello"\nand go!', "bad:…!"],
  ])("%s", (_, message, blanked) => {
    const text = readError(new Error(message), said);
    expect(text.message?.replaceAll(/\s*…\s*/g, "…")).toBe(blanked);
    expect(text.stack).not.toContain("secret plan");
  });

  it("and nothing else is", () => {
    const message = "The model 'gpt-9' does not exist, and win is no word of 12 letters";
    expect(readError(new Error(message), said).message).toBe(message);
  });

  it("in time, however long the prompt is", () => {
    const long = ["abcdefghij ".repeat(200_000)];
    expect(readError(new Error("x".repeat(500)), long).message).toBe("x".repeat(500));
  });
});

it("tells only type and frames of an error that is content itself", () => {
  const text = readErrorType(new RangeError("no city\n    at Oslo"));
  expect(text).toMatchObject({ type: "RangeError", message: undefined });
  expect(text.stack).toMatch(/^RangeError\n {4}at /);
  expect(text.stack).not.toContain("no city");
});

it("tells nothing of such an error but its type where its stack has no frames", () => {
  const error = Object.assign(new RangeError("no city"), { stack: "RangeError: no city" });
  expect(readErrorType(error).stack).toBe("RangeError");
  expect(readErrorType(Object.assign(error, { message: "" })).stack).toBe("RangeError");
});

it("takes only the frames from a stack that shows the message as it was first", () => {
  const error = new RangeError("no city Oslo\n    in Norway");
  // V8 writes the stack when it is first asked for, if somebody prepares stacks, as test runners do.
  expect(error.stack).toContain("Oslo");
  error.message = "no city. See https://docs.example/cities";
  const [careful, open] = [readError(error, ["no city Oslo"]), readError(error)];
  for (const { stack } of [careful, open]) {
    expect(stack).toMatch(/^RangeError: no city\. See https:\/\/docs\.example\/cities\n {4}at /);
    expect(stack).not.toMatch(/Oslo|Norway/);
  }
  expect(readErrorType(error).stack).toMatch(/^RangeError\n {4}at /);
});

it("finds every string in a value", () => {
  expect(stringsOf({ a: ["x", { b: "y" }], c: 1, d: null })).toEqual(["x", "y"]);
});

it("keeps a message of 500 characters and cuts one of 501", () => {
  expect(readError(new Error("a".repeat(500))).message).toHaveLength(500);
  expect(readError(new Error("a".repeat(501))).message).toBe(`${"a".repeat(500)}…`);
});

it("makes do with errors that are not errors", () => {
  expect(readError("boom")).toEqual({ type: "_OTHER", message: "boom", stack: undefined });
  expect(readError(null)).toEqual({ type: "_OTHER", message: undefined, stack: undefined });
});

describe("what is told of an error on its way out", () => {
  it("is its type by the common order and its message without secrets", () => {
    const error = Object.assign(new Error("key sk-12345678 refused"), { status: 401 });
    expect(describeError(error)).toEqual({ type: "401", message: "key [secret] refused" });
    expect(describeError("plain words")).toEqual({ type: "_OTHER", message: "plain words" });
  });

  it("is no more than the span said of it that it left", () => {
    const error = new Error('prompt "the launch is on Monday" was refused');
    rememberTold(error, { type: "Error", message: 'prompt "…" was refused', stack: undefined });
    expect(describeError(error).message).toBe('prompt "…" was refused');
  });

  it("leaves out what a JSON parser quotes", () => {
    let thrown: unknown;
    try {
      JSON.parse('Dear "Ann", all is well');
    } catch (error) {
      thrown = error;
    }
    const { type, message } = describeError(thrown);
    expect(type).toBe("SyntaxError");
    expect(message).toMatch(/^Unexpected token/);
    expect(message).not.toMatch(/Ann|Dear|well/);
  });

  it("is what can be read of it", () => {
    const hostile = {
      message: "boom",
      get name() {
        throw new Error("no");
      },
    };
    expect(describeError(hostile)).toEqual({ type: "_OTHER", message: "boom" });
  });
});

it("blanks a run of twelve characters that a message shares with the call, wherever it begins, and none of eleven", () => {
  const said = ["abcdefghijklmnopqrstuvwxyz"];
  for (let offset = 0; offset < 6; offset += 1) {
    const before = "#".repeat(offset);
    const messageFor = (run: string) => readError(new Error(`${before}${run}#`), said).message;
    expect(messageFor("cdefghijklmn")).toBe(`${before}…#`);
    expect(messageFor("cdefghijklm")).toBe(`${before}cdefghijklm#`);
  }
});
