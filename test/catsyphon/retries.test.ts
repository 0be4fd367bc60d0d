import { AuthenticationError, CollectorClient, NonRetryableError, RetryableError } from "@kit/catsyphon";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CLOSED_PORT } from "../support/free-port.js";
import { clientOf, impatient, startServer } from "./harness.js";

const events = [{ type: "message", data: { author_role: "human", message_type: "prompt", content: "hi" } }];

describe("retries", () => {
  it.each([408, 429, 500, 502, 503, 504])("repeats after %i until it works", async (status) => {
    const server = await startServer();
    server.failNext(3, { status });
    expect((await clientOf(server).sendEvents("s", events)).accepted).toBe(1);
    expect(server.requests.length).toBe(4);
  });

  it("gives up with RetryableError after the last retry", async () => {
    const server = await startServer();
    server.failNext(9, { status: 503, body: { detail: "down" } });
    const client = clientOf(server, { retryConfig: { ...impatient, maxRetries: 2 } });
    const error = await client.sendEvents("s", events).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ statusCode: 503, detail: "down", body: '{"detail":"down"}' });
    expect(server.requests.length).toBe(3);
  });

  it.each([400, 401, 403, 404, 413, 422])("does not repeat after %i", async (status) => {
    const server = await startServer();
    server.failNext(1, { status });
    await expect(clientOf(server).sendEvents("s", events)).rejects.toBeInstanceOf(NonRetryableError);
    expect(server.requests.length).toBe(1);
  });

  it("repeats after a lost answer without storing anything twice", async () => {
    const server = await startServer();
    server.failNext(1, { drop: "after" });
    expect((await clientOf(server).sendEvents("s", events)).accepted).toBe(0);
    expect(server.messages("s").length).toBe(1);
    const hashes = server.sentEvents("s").map((event) => event.event_hash);
    expect(hashes.length).toBe(2);
    expect(new Set(hashes).size).toBe(1);
  });

  it("repeats when nobody listens, and names the reason in the end", async () => {
    const client = clientOf(await startServer(), { serverUrl: `http://127.0.0.1:${CLOSED_PORT}` });
    const error = await client.sendEvents("s", events).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect((error as RetryableError).statusCode).toBeUndefined();
    expect(String(error)).toMatch(/ECONNREFUSED/);
  });

  it("gives a request up after the timeout", async () => {
    const server = await startServer();
    server.delayMs = 5_000;
    const client = clientOf(server, { timeoutMs: 30, retryConfig: { maxRetries: 0 } });
    await expect(client.sendEvents("s", events)).rejects.toThrow("no answer within 30 ms");
  });

  it("waits as long as Retry-After says, but not longer than the cap", async () => {
    const server = await startServer();
    server.failNext(1, { status: 429, retryAfter: "3600" });
    const client = clientOf(server, { retryConfig: { maxRetries: 1, initialDelayMs: 1, maxDelayMs: 60 } });
    await client.sendEvents("s", events);
    const [first, second] = server.requests.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(55);
  });

  it("stops waiting when the caller aborts", async () => {
    const server = await startServer();
    server.failNext(9, { status: 503, retryAfter: "30" });
    const controller = new AbortController();
    const sending = clientOf(server, { retryConfig: { maxDelay: 30 } }).sendEvents("s", events, {
      signal: controller.signal,
    });
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 20);
    await expect(sending).rejects.toBe(reason);
  });

  it("surfaces missing credentials as such, and never repeats the key", async () => {
    const server = await startServer();
    const wrong = clientOf(server, { apiKey: "cs_live_wrong" });
    await expect(wrong.sendEvents("s", events)).rejects.toBeInstanceOf(AuthenticationError);
    const detail = [{ loc: ["header", "authorization"], msg: "Field required", input: "cs_live_wrong" }];
    server.failNext(1, { status: 422, body: { detail } });
    const error = await wrong.sendEvents("s", events).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(JSON.stringify([String(error), error])).not.toContain("cs_live_wrong");
  });

  it("takes a key as it was read from a file, and hides it as it was sent", async () => {
    const server = await startServer();
    const { collectorId, apiKey } = server.addCollector();
    const client = clientOf(server, { collectorId: `${collectorId}\n`, apiKey: `${apiKey}\r\n` });
    expect((await client.sendEvents("s", events)).accepted).toBe(1);
    server.failNext(1, { status: 401, body: { detail: `unknown key ${apiKey}` } });
    const error = await client.sendEvents("s", events).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ detail: "unknown key [api key]" });
    const fetch = () => Promise.reject(new Error(`cannot send Bearer ${apiKey}`));
    const failing = clientOf(server, { apiKey, fetch, retryConfig: { maxRetries: 0 } });
    await expect(failing.sendEvents("s", events)).rejects.toThrow(/cannot send Bearer \[api key\]$/);
  });

  it("does not take a wait of more than 24 days for none", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const headers = { "retry-after": `${2 ** 31}` };
    const fetch = vi.fn(async () => new Response("{}", { status: 429, headers }));
    const options = { serverUrl: "http://127.0.0.1", collectorId: "c", apiKey: "k", fetch };
    const client = new CollectorClient({ ...options, retryConfig: { maxDelay: 2 ** 31 } });
    const controller = new AbortController();
    const sent = client.sendEvents("s", events, { signal: controller.signal }).catch(() => "aborted");
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(fetch).toHaveBeenCalledOnce();
    controller.abort();
    expect(await sent).toBe("aborted");
  });

  it("says so when something else than the API answers", async () => {
    const server = await startServer();
    server.failNext(1, { status: 200, body: "<html>" });
    await expect(clientOf(server).sendEvents("s", events)).rejects.toThrow("was not answered with JSON");
  });
});
