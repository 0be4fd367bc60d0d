import { REQUEST_LIMITS } from "@kit/catsyphon";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Session } from "../session/session.js";
import { type Connection, findConnection } from "./connection.js";
import { EventEncoder } from "./event-encoder.js";
import { CatSyphonTransport } from "./transport.js";

/** A transport to a server that gives every request this answer. */
function transportTo(status: number) {
  const fetch = async () => new Response("{}", { status });
  const credentials = { serverUrl: "http://collector.test", collectorId: "c", apiKey: "k" };
  const connection = findConnection({ ...credentials, fetch }, {}) as Connection;
  return new CatSyphonTransport(connection, 1_000, new EventEncoder());
}

/** Events of one session, each with a text of this length. */
function eventsOf(sessionId: string, count: number, length = 1) {
  const session = new Session({ sessionId, keyedBy: "application" }, undefined, Number.POSITIVE_INFINITY);
  for (let n = 0; n < count; n++) {
    const data = { author_role: "human", message_type: "prompt", content: "x".repeat(length) } as const;
    session.add([n], "message", n, { traceId: "t", spanId: "s" }, data);
  }
  return session.take();
}

describe("the requests of a process that is about to end", () => {
  const counts = (requests: readonly { readonly body: string | Uint8Array }[]) =>
    requests.map(({ body }) => JSON.parse(String(body)).events.length);

  it("hold the events of one session each, and no more than a request may have", () => {
    const [a, b] = [eventsOf("a", REQUEST_LIMITS.events + 1), eventsOf("b", 2)];
    expect(counts(transportTo(202).toLastRequests([...a, ...b]))).toEqual([REQUEST_LIMITS.events, 1, 2]);
  });

  it("hold no more bytes than a request may have", () => {
    const third = Math.ceil(REQUEST_LIMITS.bytes / 3);
    expect(counts(transportTo(202).toLastRequests(eventsOf("a", 5, third)))).toEqual([2, 2, 1]);
  });

  it.each([401, 503])("are none after the server answered %i", async (status) => {
    const transport = transportTo(status);
    await transport.send(eventsOf("a", 1), new AbortController().signal);
    expect(transport.toLastRequests(eventsOf("a", 1))).toEqual([]);
  });
});

describe("a batch", () => {
  const { signal } = new AbortController();

  it("is sent again as it was, after the wait that the server asks for", async () => {
    const bodies: unknown[] = [];
    const headers = { "retry-after": "7" };
    const fetch = async (_: unknown, init?: RequestInit) => {
      bodies.push(init?.body);
      return new Response("{}", { status: 429, headers });
    };
    const credentials = { serverUrl: "http://collector.test", collectorId: "c", apiKey: "k" };
    const connection = findConnection({ ...credentials, fetch }, {}) as Connection;
    const transport = new CatSyphonTransport(connection, 1_000, new EventEncoder());
    const events = eventsOf("a", 2);
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await transport.send(events, signal)).toMatchObject({ kind: "retry", afterMs: 7_000 });
    vi.setSystemTime(Date.now() + 7_000);
    await transport.send(events, signal);
    expect(bodies[1]).toBe(bodies[0]);
  });

  it("that no request can carry is poisoned, not sent for ever", async () => {
    const outcome = await transportTo(202).send(eventsOf("", 1), signal);
    expect(outcome.kind).toBe("poisoned");
  });
});
