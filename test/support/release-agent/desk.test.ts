import { afterEach, expect, it } from "vitest";
import { OtlpCollector } from "../otlp-collector.js";
import { TelemetryDesk } from "./desk.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function deskBefore(collector?: OtlpCollector): Promise<TelemetryDesk> {
  const desk = await TelemetryDesk.start(collector?.endpoint);
  closing.push(() => desk.stop());
  return desk;
}

async function startCollector(): Promise<OtlpCollector> {
  const collector = await OtlpCollector.start();
  closing.push(() => collector.close());
  return collector;
}

function post(desk: TelemetryDesk): Promise<Response> {
  const span = {
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    name: "work",
    startTimeUnixNano: "1",
    endTimeUnixNano: "2",
  };
  return fetch(`${desk.endpoint}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-login": "secret" },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
}

it("keeps what it is sent", async () => {
  const desk = await deskBefore();
  expect((await post(desk)).status).toBe(200);
  expect(desk.spans.map(({ name }) => name)).toEqual(["work"]);
});

it("passes it on as it came, with the sender's login", async () => {
  const collector = await startCollector();
  const desk = await deskBefore(collector);
  expect((await post(desk)).status).toBe(200);
  expect(collector.spans).toEqual(desk.spans);
  expect(collector.requests[0]?.headers).toMatchObject({ "x-login": "secret" });
});

it("answers what the collector answers, so that senders try again", async () => {
  const collector = await startCollector();
  const desk = await deskBefore(collector);
  collector.failNext({ kind: "answer", status: 503, retryAfter: "7" });
  const answer = await post(desk);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "7"]);
});
