import { expect, it } from "vitest";
import { toCronKey, toSessionKey } from "./session-key.js";

it("never begins as those that a dashboard hides", () => {
  expect(toSessionKey("session:x")).toBe("_session:x");
  expect(toSessionKey("session:")).toBe("_session:");
  expect(toSessionKey("sessions:x")).toBe("sessions:x");
});

it("has at most 256 characters, and a hash in place of what was cut", () => {
  expect(toSessionKey("k".repeat(256))).toBe("k".repeat(256));
  const cut = toSessionKey("k".repeat(257));
  expect(cut).toMatch(/^k{247}~[0-9a-f]{8}$/);
  expect(cut.length).toBe(256);
  expect(toSessionKey(`${"k".repeat(257)}!`)).not.toBe(cut);
  expect(toSessionKey("k".repeat(257))).toBe(cut);
  expect(toSessionKey(`session:${"k".repeat(248)}`)).toMatch(/^_session:k+~[0-9a-f]{8}$/);
});

it("is cut at whole characters, and has a replacement for half ones", () => {
  const key = toSessionKey(`k${"\ud83d\ude00".repeat(200)}`);
  expect(key.length).toBeLessThanOrEqual(256);
  expect(key).not.toMatch(/[\ud800-\udbff]~/);
  expect(toSessionKey("Ann \uD83D\uDE00 \uD83D")).toBe("Ann \uD83D\uDE00 \uFFFD");
});

it.each(["chat", "session:x", "k".repeat(300), "\uDE00"])("is not changed again: %s", (given) => {
  expect(toSessionKey(toSessionKey(given))).toBe(toSessionKey(given));
});

it("of a job is the job without colons, and leaves room for a run", () => {
  expect(toCronKey("nightly")).toBe("agent:main:cron:nightly");
  expect(toCronKey("a:b:c")).toBe("agent:main:cron:a-b-c");
  expect(`${toCronKey("j".repeat(400))}:run:0123456789abcdef`).toHaveLength(256);
});
