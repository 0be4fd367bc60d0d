import { REQUEST_LIMITS } from "@kit/catsyphon";
import { describe, expect, it } from "vitest";
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
