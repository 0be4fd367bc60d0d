import { describe, expect, it } from "vitest";
import { type Purpose, toError } from "./failure.js";

const SECRETS = { token: "s3cret", query: "?cmd=a&env=B%3D1" };

function error(status: number, text: string, purpose: Purpose = "api", headers: Record<string, string> = {}) {
  return toError({ status, text, header: (name) => headers[name] }, purpose, SECRETS);
}

it.each([
  ['{"error":"not_found","message":"no such sprite"}', "no such sprite", "not_found"],
  ['{"error":"session not found: 77"}', "session not found: 77", undefined],
  ['{"error":"a.b_1"}', "a.b_1", "a.b_1"],
  ["plain text\n", "plain text", undefined],
  ["", "API error (status 404)", undefined],
  ["{}", "API error (status 404)", undefined],
  ["[]", "API error (status 404)", undefined],
  ['{"detail":"no such path"}', '{"detail":"no such path"}', undefined],
  ['"said"', "said", undefined],
  ["x".repeat(5000), "x".repeat(2048), undefined],
])("reads the body %s", (text, message, errorCode) => {
  expect(error(404, text)).toMatchObject({ name: "ApiError", message, status: 404 });
  expect(error(404, text).errorCode).toBe(errorCode);
});

it("tells the file system's code", () => {
  expect(error(404, '{"error":"no such file","code":"ENOENT","path":"/x"}')).toMatchObject({
    code: "ENOENT",
    body: { path: "/x" },
  });
});

it.each<[number, Purpose, string]>([
  [401, "checkpoint", "AuthenticationError"],
  [403, "exec", "AuthenticationError"],
  [404, "checkpoint", "CheckpointError"],
  [500, "restore", "RestoreError"],
  [400, "exec", "ExecutionError"],
  [410, "exec", "ExecutionError"],
  [429, "exec", "ExecutionError"],
  [503, "exec", "ConnectionError"],
  [302, "exec", "ConnectionError"],
  [503, "api", "ApiError"],
])("is for %i while doing %s a %s", (status, purpose, name) => {
  expect(error(status, "", purpose).name).toBe(name);
});

describe("a limit that was hit", () => {
  const body =
    '{"error":"sprite_creation_rate_limited","limit":10,"window_seconds":60,"retry_after_seconds":30,"current_count":11,"upgrade_available":true,"upgrade_url":"https://example.com"}';

  it("tells all the server told", () => {
    expect(error(429, body, "api", { "retry-after": "99", "x-ratelimit-remaining": "0" })).toMatchObject({
      errorCode: "sprite_creation_rate_limited",
      retryAfterSeconds: 30,
      rateLimit: {
        limit: 10,
        windowSeconds: 60,
        currentCount: 11,
        remaining: 0,
        upgradeAvailable: true,
        upgradeUrl: "https://example.com",
      },
    });
  });

  it.each([
    ["7", 7],
    ["soon", undefined],
    ["", undefined],
    ["-3", undefined],
    [new Date(Date.now() - 60_000).toUTCString(), 0],
  ])("takes the header %j when the body has no time", (value, seconds) => {
    expect(error(429, '{"retry_after_seconds":0}', "api", { "retry-after": value }).retryAfterSeconds).toBe(
      seconds,
    );
  });
});

it.each([
  ['{"message":"bad header: Bearer s3cret"}', "bad header: Bearer [token]"],
  ['{"message":"bad header: Bearer s\\u0033cret"}', "bad header: Bearer [token]"],
  ["cannot GET /exec?cmd=a&env=B%3D1 with s3cret", "cannot GET /exec?[query] with [token]"],
  ['{"error":"cannot GET /exec?cmd=a\\u0026env=B%3D1"}', "cannot GET /exec?[query]"],
])("cuts token and query out of what a server echoes: %s", (body, message) => {
  const echoed = error(400, body);
  expect(echoed.message).toBe(message);
  expect(JSON.stringify(echoed)).not.toMatch(/s3cret|cmd=a/);
});
