import { describe, expect, it } from "vitest";
import { cronKey, sessionKey } from "./session-key.js";

describe("the key of a session", () => {
  it("is its id, else its name", () => {
    expect(sessionKey("name", "id")).toBe("id");
    expect(sessionKey("name", undefined)).toBe("name");
    expect(sessionKey("name", "")).toBe("name");
  });

  it("never begins as those that are hidden", () => {
    expect(sessionKey("session:x", undefined)).toBe("_session:x");
    expect(sessionKey("n", "session:")).toBe("_session:");
    expect(sessionKey("sessions:x", undefined)).toBe("sessions:x");
  });

  it("has at most 256 characters, and a hash in place of what was cut", () => {
    expect(sessionKey("k".repeat(256), undefined)).toBe("k".repeat(256));
    const cut = sessionKey("k".repeat(257), undefined);
    expect(cut).toMatch(/^k{247}~[0-9a-f]{8}$/);
    expect(cut.length).toBe(256);
    expect(sessionKey(`${"k".repeat(257)}!`, undefined)).not.toBe(cut);
    expect(sessionKey("k".repeat(257), undefined)).toBe(cut);
    expect(sessionKey(`session:${"k".repeat(248)}`, undefined)).toMatch(/^_session:k+~[0-9a-f]{8}$/);
  });

  it("is cut at whole characters", () => {
    const key = sessionKey(`k${"\ud83d\ude00".repeat(200)}`, undefined);
    expect(key.length).toBeLessThanOrEqual(256);
    expect(key).not.toMatch(/[\ud800-\udbff]~/);
  });
});

describe("a key with half a character in it", () => {
  it("has the sign for it instead, and whole ones as they are", () => {
    expect(sessionKey("chat", "Ann \uD83D\uDE00 \uD83D")).toBe("Ann \uD83D\uDE00 \uFFFD");
    expect(cronKey("\uDE00", "job")).toBe("agent:main:cron:\uFFFD");
  });
});

describe("the key of a job", () => {
  it("is the job in the form that is shown as the job", () => {
    expect(cronKey("nightly", "job")).toBe("agent:main:cron:nightly");
    expect(cronKey("a:b:c", "job")).toBe("agent:main:cron:a-b-c");
  });

  it("of one run ends in 16 digits of its own", () => {
    const keys = [cronKey("n", "run"), cronKey("n", "run")];
    for (const key of keys) expect(key).toMatch(/^agent:main:cron:n:run:[0-9a-f]{16}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it("fits with its run, and is the same before it", () => {
    const [job, run] = [cronKey("j".repeat(400), "job"), cronKey("j".repeat(400), "run")];
    expect(run.length).toBe(256);
    expect(run.startsWith(`${job}:run:`)).toBe(true);
  });
});
