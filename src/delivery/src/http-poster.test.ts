import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CLOSED_PORT } from "../../../test/support/free-port.js";
import { KEEP_ALIVE } from "../../../test/support/keep-alive.js";
import { HttpPoster, type HttpPosterOptions } from "./index.js";

interface Seen {
  readonly encoding: string | undefined;
  readonly body: string;
}

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** `answer` returns a status, undefined to drop the connection, or "silence". */
async function serve(
  answer: (encoding: string | undefined, nth: number) => number | undefined | "silence",
  headers: Record<string, string> = {},
  text = "answer",
) {
  const seen: Seen[] = [];
  const sockets = new Set<unknown>();
  const server = createServer(KEEP_ALIVE, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const encoding = request.headers["content-encoding"];
      const raw = Buffer.concat(chunks);
      seen.push({ encoding, body: (encoding === "gzip" ? gunzipSync(raw) : raw).toString() });
      sockets.add(request.socket);
      const status = answer(encoding, seen.length);
      if (status === undefined) request.socket.destroy();
      else if (status !== "silence") response.writeHead(status, headers).end(text);
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
  const poster = (options: Partial<HttpPosterOptions> = {}) => new HttpPoster({ url, ...options });
  return { seen, sockets, poster };
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
      expect(seen.filter(({ encoding }) => encoding)).toHaveLength(1);
    },
  );

  it("does not conclude anything from an answer that is not about the body", async () => {
    const { seen, poster } = await serve(() => 429, { "retry-after": "7" });
    const auto = poster({ compression: "auto" });
    expect(await auto.post("one")).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    expect(seen.length).toBe(1);
    expect(auto.compression).toBe("auto");
  });

  it("concludes nothing when the plain body is no more welcome", async () => {
    let isBroken = true;
    const { seen, poster } = await serve(() => (isBroken ? 503 : 200));
    const auto = poster({ compression: "auto" });
    expect((await auto.post("one")).status).toBe(503);
    expect(seen.map(({ encoding }) => encoding)).toEqual(["gzip", undefined]);
    expect(auto.compression).toBe("auto");
    isBroken = false;
    await auto.post("two");
    expect(auto.compression).toBe("gzip");
  });

  it("reads a Retry-After date", async () => {
    const { poster } = await serve(() => 503, {
      "retry-after": new Date(Date.now() + 3_600_000).toUTCString(),
    });
    const { retryAfterMs } = await poster().post("x");
    expect(retryAfterMs).toBeGreaterThan(3_000_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it("rejects when there is no answer in time, and does not try plain: the body may have arrived", async () => {
    const { seen, poster } = await serve(() => "silence");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const hurried = poster({ timeoutMs: 50, compression: "auto" });
    const refused = expect(hurried.post("x")).rejects.toThrow("no answer within 50 ms");
    // Not `expect.poll`, which moves a clock that stands still.
    while (seen.length === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(50);
    await refused;
    expect(seen).toEqual([{ encoding: "gzip", body: "x" }]);
  });

  it("takes an answer for given once it has begun: what is cut off, or late, is its text alone", async () => {
    const { poster } = await serve(() => 200, { "content-length": "100" }, "half");
    expect(await poster({ timeoutMs: 3_000 }).post("x")).toMatchObject({ status: 200, isCut: true });
    const cutting = createServer((request, response) => {
      request.resume();
      response.writeHead(429, { "content-length": "100", "retry-after": "3" }).write("half");
      setImmediate(() => response.destroy());
    });
    open.push(cutting);
    await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
    const { port } = cutting.address() as AddressInfo;
    const answer = await new HttpPoster({ url: `http://127.0.0.1:${port}/` }).post("x");
    expect(answer).toMatchObject({ status: 429, retryAfterMs: 3_000, isCut: true });
  });

  it("rejects with the reason of an abort, before the request and under way", async () => {
    const { seen, poster } = await serve(() => "silence");
    const reason = new Error("enough");
    await expect(poster().post("x", AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const posted = poster({ compression: "auto" }).post("y", controller.signal);
    const rejected = expect(posted).rejects.toBe(reason);
    await expect.poll(() => seen.length).toBe(1);
    controller.abort(reason);
    await rejected;
  });

  it("rejects when nobody listens, whatever the compression", async () => {
    const url = `http://127.0.0.1:${CLOSED_PORT}/`;
    await expect(new HttpPoster({ url, compression: "auto" }).post("x")).rejects.toThrow("ECONNREFUSED");
    await expect(new HttpPoster({ url }).post("x")).rejects.toThrow("ECONNREFUSED");
  });

  it("takes a redirect for the answer", async () => {
    const { seen, poster } = await serve(() => 302, { location: "/elsewhere" });
    expect(await poster().post("x")).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it("concludes nothing from the loss of an idle connection", async () => {
    const { seen, poster, sockets } = await serve((_, nth) => (nth === 2 ? undefined : 200));
    await poster().post("on a connection that is kept");
    const auto = poster({ compression: "auto" });
    expect((await auto.post("x")).status).toBe(200);
    expect(seen.map(({ encoding }) => encoding)).toEqual([undefined, "gzip", "gzip"]);
    expect(sockets.size).toBe(2);
    expect(auto.compression).toBe("gzip");
  });

  it("sends the length of the body in bytes, and reads no more of an endless answer than an error page", async () => {
    const { seen, poster } = await serve(() => 500, {}, "é".repeat(1_000_000));
    const { text } = await poster().post("日本");
    expect(seen).toEqual([{ encoding: undefined, body: "日本" }]);
    expect(text.length).toBeLessThan(200_000);
  });
});
