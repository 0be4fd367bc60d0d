import { describe, expect, it } from "vitest";
import { RetryConfig } from "./index.js";
import { readRetryAfter } from "./retry.js";

describe("RetryConfig", () => {
  it("has the defaults of the Python SDK, and takes overrides in seconds and milliseconds", () => {
    expect({ ...new RetryConfig() }).toEqual({
      maxRetries: 3,
      initialDelay: 0.5,
      maxDelay: 30,
      exponentialBase: 2,
      jitter: true,
      retryableStatusCodes: [408, 429, 500, 502, 503, 504],
    });
    const config = new RetryConfig({
      maxRetries: 5,
      initialDelay: 9,
      initialDelayMs: 250,
      maxDelayMs: 2_000,
    });
    expect(config).toMatchObject({ maxRetries: 5, initialDelay: 0.25, maxDelay: 2 });
  });

  it("doubles up to the cap when there is no jitter", () => {
    const config = new RetryConfig({ jitter: false });
    expect([0, 1, 2, 5, 6, 20].map((attempt) => config.delayMs(attempt))).toEqual([
      500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
  });

  it("adds between nothing and a quarter as jitter", () => {
    const config = new RetryConfig();
    expect(config.delayMs(1, 0, () => 0)).toBe(1_000);
    expect(config.delayMs(1, 0, () => 1)).toBe(1_250);
  });

  it("waits at least as long as the server asks, up to the cap", () => {
    const config = new RetryConfig({ jitter: false });
    expect(config.delayMs(0, 7_000)).toBe(7_000);
    expect(config.delayMs(0, 90_000)).toBe(30_000);
    expect(config.delayMs(3, 1_000)).toBe(4_000);
  });

  it.each([{ maxRetries: -1 }, { initialDelay: Number.NaN }, { maxDelay: Number.POSITIVE_INFINITY }])(
    "refuses %o",
    (options) => {
      expect(() => new RetryConfig(options)).toThrow(RangeError);
    },
  );
});

it.each([
  ["7", 7_000],
  ["0.5", 500],
  [new Date(60_000).toUTCString(), 50_000],
  [new Date(0).toUTCString(), 0],
  ["soon", undefined],
  [null, undefined],
])("reads Retry-After %j", (header, expected) => {
  expect(readRetryAfter(header, 10_000)).toBe(expected);
});
