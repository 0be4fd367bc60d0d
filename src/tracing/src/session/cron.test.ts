import { SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, expect, it } from "vitest";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { cron, event, session, task } from "../index.js";
import { activeSpanId, named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

it("is one span a run, with the key of its job for everything inside", async () => {
  await cron("nightly:cleanup", async (run) => {
    run.setSummary("removed 3 files");
    expect(activeSpanId()).toBe(run.spanId);
    expect(run.key).toBe("agent:main:cron:nightly-cleanup");
    await task("sweep", async () => event("swept"))();
  });
  const { spans } = await telemetry.finish();
  expect(named(spans, "cron nightly:cleanup").attributes).toEqual({
    "kit.kind": "cron",
    "kit.cron.job": "nightly:cleanup",
    "kit.session.name": "nightly:cleanup",
    "session.id": "agent:main:cron:nightly-cleanup",
    "kit.cron.summary": "removed 3 files",
  });
  expect(named(spans, "event swept").attributes["session.id"]).toBe("agent:main:cron:nightly-cleanup");
});

it("has a key of its own for each run when asked to", async () => {
  const keys = [1, 2].map(() => cron("j", { cronSessionKey: "run" }, (run) => run.key));
  const { spans } = await telemetry.finish();
  expect(spans.map(({ attributes }) => attributes["session.id"])).toEqual(keys);
  expect(new Set(keys).size).toBe(2);
});

it("fails with the exception of its work, which is thrown on, and keeps the last summary", async () => {
  const error = Object.assign(new Error("disk full"), { code: "ENOSPC" });
  const run = cron("j", async (c) => {
    c.setSummary("begun");
    c.setSummary(`${"x".repeat(600)}`);
    throw error;
  });
  await expect(run).rejects.toBe(error);
  const span = (await telemetry.finish()).onlySpan();
  expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "disk full" });
  expect(span.attributes["error.type"]).toBe("ENOSPC");
  expect(span.attributes["kit.cron.summary"]).toMatch(/^x{499}…$/);
});

it("inside a session is booked under its own key, not the session's", async () => {
  session("s", () => cron("j", () => event("e")));
  const { spans } = await telemetry.finish();
  expect(named(spans, "cron j").attributes["session.id"]).toBe("agent:main:cron:j");
  expect(named(spans, "cron j").attributes["gen_ai.conversation.id"]).toBeUndefined();
  expect(named(spans, "event e").attributes["gen_ai.conversation.id"]).toBe("agent:main:cron:j");
});

it("by handle is logged into, and ends once", async () => {
  const run = cron("j");
  run.log("begun", { step: 1 });
  run.run(() => event("e"));
  run.end();
  run.setSummary("too late");
  run.log("too late");
  const { spans } = await telemetry.finish();
  const span = named(spans, "cron j");
  expect(span.events.map(({ attributes }) => attributes)).toEqual([
    { "kit.log.message": "begun", "kit.log.data": '{"step":1}' },
  ]);
  expect(span.attributes["kit.cron.summary"]).toBeUndefined();
});
