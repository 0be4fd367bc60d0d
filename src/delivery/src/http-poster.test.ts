import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { HttpPoster, type HttpPosterOptions } from "./index.js";

interface Seen {
  readonly encoding: string | undefined;
  readonly body: string;
}

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** `answer` returns a status, or undefined to drop the connection. */
async function serve(
  answer: (encoding: string | undefined) => number | undefined,
  headers: Record<string, string> = {},
) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const encoding = request.headers["content-encoding"];
      const raw = Buffer.concat(chunks);
      seen.push({ encoding, body: (encoding === "gzip" ? gunzipSync(raw) : raw).toString() });
      const status = answer(encoding);
      if (status === undefined) request.socket.destroy();
      else response.writeHead(status, headers).end("answer");
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
  const poster = (options: Partial<HttpPosterOptions> = {}) => new HttpPoster({ url, ...options });
  return { seen, poster };
}

describe("HttpPoster", () => {
  it("posts the body as it is by default and returns the whole answer", async () => {
    const { seen, poster } = await serve(() => 202);
    const answer = await poster({ headers: { authorization: "Bearer x" } }).post("{}");
    expect(answer).toEqual({ status: 202, text: "answer", retryAfterMs: undefined });
    expect(seen).toEqual([{ encoding: undefined, body: "{}" }]);
  });

  it("keeps to gzip once the server has accepted it", async () => {
    const { seen, poster } = await serve(() => 200);
    const auto = poster({ compression: "auto" });
    await auto.post("one");
    await auto.post("two");
    expect(seen).toEqual([
      { encoding: "gzip", body: "one" },
      { encoding: "gzip", body: "two" },
    ]);
    expect(auto.compression).toBe("gzip");
  });

  it.each([500, 415, 400, undefined])(
    "sends plain at once when gzip is answered by %s, and stays plain",
    async (status) => {
      const { seen, poster } = await serve((encoding) => (encoding ? status : 200));
      const auto = poster({ compression: "auto" });
      expect((await auto.post("one")).status).toBe(200);
      expect((await auto.post("two")).status).toBe(200);
      expect(seen.filter(({ encoding }) => encoding === undefined).map(({ body }) => body)).toEqual([
        "one",
        "two",
      ]);
      expect(seen.filter(({ encoding }) => encoding).length).toBe(status === undefined ? seen.length - 2 : 1);
    },
  );

  it("does not conclude anything from an answer that is not about the body", async () => {
    const { seen, poster } = await serve(() => 429, { "retry-after": "7" });
    const auto = poster({ compression: "auto" });
    expect(await auto.post("one")).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    expect(seen.length).toBe(1);
    expect(auto.compression).toBe("auto");
  });

  it("reads a Retry-After date", async () => {
    const { poster } = await serve(() => 503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() });
    const { retryAfterMs } = await poster().post("x");
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("rejects when there is no answer in time, and with the reason of an abort", async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    const { poster } = await serve(() => 200);
    await expect(poster({ fetch: never, timeoutMs: 5 }).post("x")).rejects.toThrow("no answer within 5 ms");
    const reason = new Error("enough");
    await expect(
      poster({ fetch: never, compression: "auto" }).post("x", AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
  });
});
