import { inspect } from "node:util";
import { BatchWriter, CollectorClient, RetryableError } from "@kit/catsyphon";
import { describe, expect, it } from "vitest";
import { allowNoUnhandledRejections } from "../support/unhandled-rejections.js";
import { clientOf, startServer } from "./harness.js";

allowNoUnhandledRejections();

const message = (content: string) => ({
  type: "message" as const,
  data: { author_role: "human", message_type: "prompt", content },
});

describe("while the server is down", () => {
  it("a writer tries for all that wait together, not once for each event that came", async () => {
    const server = await startServer();
    server.fault = () => ({ status: 503 });
    const client = clientOf(server, { retryConfig: { maxRetries: 2, initialDelayMs: 1, maxDelayMs: 1 } });
    const errors: unknown[] = [];
    const writer = new BatchWriter(client, "s", {
      batchSize: 5,
      // However slow the machine: nothing but the adding starts a flush.
      autoStart: false,
      onError: (error) => errors.push(error),
    });
    const added: Promise<void>[] = [];
    for (let n = 0; n < 500; n++) added.push(writer.add(message(`line ${n}`)));
    await Promise.all(added);
    // One flush under way when the rest came, one for the rest, three requests each of the first fifty events.
    expect(server.eventRequests().length).toBeLessThan(10);
    expect(errors.length).toBeGreaterThan(0);
    expect(writer.pendingCount).toBe(500);
    await expect(writer.close()).rejects.toThrow(RetryableError);
    server.fault = () => undefined;
    await writer.close();
    expect(writer.pendingCount).toBe(0);
    expect(server.messages("s").map(({ content }) => content)).toEqual(
      Array.from({ length: 500 }, (_, n) => `line ${n}`),
    );
  });

  it("a session that nobody waits for tries for all of its events together", async () => {
    const server = await startServer();
    server.fault = () => ({ status: 503 });
    const client = clientOf(server, { batchSize: 5, retryConfig: { maxRetries: 0 } });
    const session = client.session("s");
    const told = [session.start({ agentType: "a" })];
    for (let n = 0; n < 200; n++) told.push(session.message({ role: "user", content: `line ${n}` }));
    const outcomes = await Promise.allSettled(told);
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(100);
    expect(server.eventRequests().length).toBeLessThan(5);
    server.fault = () => undefined;
    await Promise.all([session.complete(), session.complete({ outcome: "success" })]);
    expect(server.messages("s")).toHaveLength(200);
    expect(server.sentEvents("s").filter(({ type }) => type === "session_end")).toHaveLength(1);
  });
});

it("a flush that is given up does not take along those that go on", async () => {
  const server = await startServer();
  const client = clientOf(server);
  const writer = new BatchWriter(client, "s", { autoStart: false });
  void writer.add(message("one"));
  const reason = new Error("enough");
  const stop = new AbortController();
  const given = writer.flush({ signal: stop.signal });
  const others = [writer.flush(), writer.flush()];
  stop.abort(reason);
  await expect(given).rejects.toBe(reason);
  await Promise.all(others);
  expect(writer.pendingCount).toBe(0);
  expect(server.messages("s").map(({ content }) => content)).toEqual(["one"]);
});

it("faults of every kind, closes and adds at once lose nothing and store nothing twice", async () => {
  const server = await startServer();
  const faults = [
    { status: 503 },
    { drop: "after" },
    undefined,
    { drop: "before" },
    { status: 429 },
  ] as const;
  let seen = 0;
  server.fault = () => faults[seen++ % faults.length];
  const client = clientOf(server, { retryConfig: { maxRetries: 1, initialDelayMs: 1, maxDelayMs: 1 } });
  const writer = client.batchWriter("s", { batchSize: 7, flushIntervalMs: 2 });
  for (let n = 0; n < 300; n++) {
    void writer.add(message(`line ${n}`));
    if (n % 40 === 0) await writer.flush().catch(() => {});
    if (n % 90 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  server.fault = () => undefined;
  await Promise.all([writer.close(), writer.close()]);
  expect(writer.droppedCount).toBe(0);
  expect(server.messages("s").map(({ content }) => content)).toEqual(
    Array.from({ length: 300 }, (_, n) => `line ${n}`),
  );
  expect(server.mostAtOnce).toBe(1);
});

it("an answer that is no JSON tells nothing of the key, whatever it holds", async () => {
  const apiKey = "cs_live_1234567890";
  const fetch = async () => new Response(`${apiKey} is your key`);
  const client = new CollectorClient({ serverUrl: "http://127.0.0.1:1", collectorId: "c", apiKey, fetch });
  const error = await client.getSessionStatus("s").then(
    () => undefined,
    (failure: Error & { body?: string }) => failure,
  );
  expect(error?.body).toBe("[api key] is your key");
  expect(inspect(error, { depth: 5, showHidden: true })).not.toContain("cs_live");
});
