import { describe, expect, it } from "vitest";
import { cronKey, sessionKey } from "./session-key.js";

describe("the key of a session", () => {
  it("is its id, else its name", () => {
    expect(sessionKey("name", "id")).toBe("id");
    expect(sessionKey("name", undefined)).toBe("name");
    expect(sessionKey("name", "")).toBe("name");
  });

  it("is one that every backend accepts", () => {
    expect(sessionKey("session:x", undefined)).toBe("_session:x");
    expect(sessionKey("n", "k".repeat(300))).toMatch(/^k{247}~[0-9a-f]{8}$/);
  });
});

describe("the key of a job", () => {
  it("is the job in the form that is shown as the job", () => {
    expect(cronKey("nightly", "job")).toBe("agent:main:cron:nightly");
    expect(cronKey("a:b:c", "job")).toBe("agent:main:cron:a-b-c");
  });

  it("has the sign for half a character instead of it", () => {
    expect(cronKey("\uDE00", "job")).toBe("agent:main:cron:\uFFFD");
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
