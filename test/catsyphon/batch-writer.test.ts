import { AsyncBatchWriter, BatchWriter, EventType } from "@kit/catsyphon";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clientOf, startServer } from "./harness.js";

afterEach(() => void vi.useRealTimers());

const prompt = (content: string) => ({
  eventType: EventType.MESSAGE,
  data: { author_role: "human", message_type: "prompt", content } as const,
});

describe("BatchWriter", () => {
  it("flushes when the batch is full, on flush and on close", async () => {
    const server = await startServer();
    const writer = new BatchWriter(clientOf(server), "s", { batchSize: 10 });
    for (let index = 0; index < 9; index++) await writer.addRaw(prompt(`${index}`));
    expect(server.requests).toEqual([]);
    expect(writer.pendingCount).toBe(9);
    await writer.addRaw(prompt("9"));
    expect(writer.pendingCount).toBe(0);
    await writer.addRaw(prompt("10"));
    await writer.flush();
    await writer.addRaw(prompt("11"));
    await writer.close();
    expect(server.eventRequests().map(({ events }) => events.length)).toEqual([10, 1, 1]);
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual(
      [...Array(12).keys()].map((n) => n + 1),
    );
    expect(() => writer.addRaw(prompt("late"))).toThrow("closed");
  });

  it("sends typed data, and events as they are", async () => {
    const server = await startServer();
    const client = clientOf(server);
    const writer = client.batchWriter("s");
    const emittedAt = new Date("2026-05-01T08:00:00.120Z");
    await writer.addRaw({ ...prompt("Hello"), emittedAt });
    const event = {
      type: "message",
      data: { author_role: "human", message_type: "odd" },
      eventHash: "h",
      emittedAt,
      sequence: 40,
    };
    await writer.add(event);
    await writer[Symbol.asyncDispose]();
    const [first, second] = server.sentEvents("s");
    expect(first).toMatchObject({
      sequence: 1,
      type: "message",
      emitted_at: "2026-05-01T08:00:00.120000Z",
      data: { author_role: "human", message_type: "prompt", content: "Hello" },
    });
    expect(first?.event_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toMatchObject({ sequence: 40, event_hash: "h", data: { message_type: "odd" } });
    expect(server.conversation("s").metadata.agent_type).toBe("unknown");
  });

  it("flushes when events have waited long enough, and not before", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const sendWireEvents = vi.fn(async () => ({
      accepted: 1,
      lastSequence: 1,
      conversationId: "c",
      warnings: [],
    }));
    const writer = new BatchWriter({ sendWireEvents }, "s", { flushInterval: 5 });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(sendWireEvents).not.toHaveBeenCalled();
    void writer.addRaw(prompt("x"));
    await vi.advanceTimersByTimeAsync(2_999);
    expect(sendWireEvents).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(sendWireEvents).toHaveBeenCalledOnce();
    await writer.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("flushes in time though the clock is set back, or ticks a little early", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const answer = { accepted: 1, lastSequence: 1, conversationId: "c", warnings: [] };
    const sendWireEvents = vi.fn(async () => answer);
    const writer = new BatchWriter({ sendWireEvents }, "s", { flushInterval: 5 });
    vi.setSystemTime(Date.now() - 3_600_000);
    void writer.addRaw(prompt("x"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sendWireEvents).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() - 2);
    void writer.addRaw(prompt("y"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sendWireEvents).toHaveBeenCalledTimes(2);
    await writer.close();
  });

  it("puts a batch that could not be sent back in front", async () => {
    const server = await startServer();
    const errors: unknown[] = [];
    const client = clientOf(server, { retryConfig: { maxRetries: 0 } });
    const writer = client.batchWriter("s", { batchSize: 2, onError: (error) => errors.push(error) });
    server.failNext(1, { status: 503 });
    await writer.addRaw(prompt("1"));
    await writer.addRaw(prompt("2"));
    expect(errors).toMatchObject([{ name: "RetryableError", statusCode: 503 }]);
    expect(writer.pendingCount).toBe(2);
    server.failNext(1, { status: 401 });
    await expect(writer.flush()).rejects.toMatchObject({ name: "AuthenticationError" });
    await writer.addRaw(prompt("3"));
    await writer.close();
    expect(server.messages("s").map(({ content }) => content)).toEqual(["1", "2", "3"]);
    expect(writer.droppedCount).toBe(0);
  });

  it.each([400, 413, 422, 500])(
    "finds the event that is refused with %i, drops it alone and says so",
    async (status) => {
      const server = await startServer();
      server.fault = ({ body }) => (body.includes("poison") ? { status } : undefined);
      const writer = clientOf(server).batchWriter("s");
      for (const content of ["1", "2", "poison", "3", "4"]) await writer.addRaw(prompt(content));
      await expect(writer.flush()).rejects.toMatchObject({ statusCode: status });
      expect(server.messages("s").map(({ content }) => content)).toEqual(["1", "2", "3", "4"]);
      expect([writer.pendingCount, writer.droppedCount]).toEqual([0, 1]);
      await writer.close();
    },
  );

  it("keeps everything when the server fails for every event", async () => {
    const server = await startServer();
    server.fault = () => ({ status: 500 });
    const writer = clientOf(server).batchWriter("s");
    for (const content of ["1", "2", "3"]) await writer.addRaw(prompt(content));
    await expect(writer.flush()).rejects.toMatchObject({ statusCode: 500 });
    server.fault = () => undefined;
    await writer.close();
    expect(server.messages("s").length).toBe(3);
  });

  it("blames no event for credentials that are refused, nor for a server that goes away meanwhile", async () => {
    const server = await startServer();
    const client = clientOf(server, { retryConfig: { maxRetries: 0 } });
    const writer = client.batchWriter("s", { autoStart: false });
    for (const content of ["1", "2", "3"]) await writer.addRaw(prompt(content));
    const missing = [{ type: "missing", loc: ["header", "x-collector-id"], msg: "Field required" }];
    server.fault = () => ({ status: 422, body: { detail: missing } });
    await expect(writer.flush()).rejects.toMatchObject({ name: "AuthenticationError" });
    let refusals = 0;
    server.fault = () => ({ status: refusals++ === 0 ? 422 : 503 });
    await expect(writer.flush()).rejects.toMatchObject({ statusCode: 503 });
    expect([writer.pendingCount, writer.droppedCount]).toEqual([3, 0]);
    server.fault = () => undefined;
    await writer.close();
    expect(server.messages("s").length).toBe(3);
  });

  it("drops the oldest beyond what may wait, and counts them", async () => {
    const server = await startServer();
    const writer = clientOf(server).batchWriter("s", { batchSize: 100, maxPending: 3 });
    for (let index = 0; index < 5; index++) await writer.addRaw(prompt(`${index}`));
    await writer.close();
    expect(server.messages("s").map(({ content }) => content)).toEqual(["2", "3", "4"]);
    expect(writer.droppedCount).toBe(2);
  });

  it("also goes by the Async name that the Python SDK has", () => {
    expect(AsyncBatchWriter).toBe(BatchWriter);
  });
});
