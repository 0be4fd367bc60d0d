import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { httpTransport } from "./transport.js";

const NEVER = new AbortController().signal;
const BODY = new Uint8Array([1]);

/** A collector that deals with each request as told, by its number on its connection. */
async function start(answer: (response: ServerResponse, nth: number) => void) {
  const counts = new Map<Socket, number>();
  const seen: number[] = [];
  const server = createServer((request, response) => {
    const nth = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, nth);
    seen.push(nth);
    request.resume().on("end", () => answer(response, nth));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const transport = httpTransport({
    url,
    headers: {},
    compression: "none",
    protocol: "http/protobuf",
    tls: {},
    timeoutMs: 10_000,
  });
  onTestFinished(() => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });
  return { transport, seen };
}

it("sends again at once what met a connection that was lost while idle", async () => {
  const { transport, seen } = await start((response, nth) => {
    if (nth === 2) response.socket?.destroy();
    else response.end();
  });
  expect(await transport.send(BODY, NEVER)).toMatchObject({ kind: "delivered" });
  expect(await transport.send(BODY, NEVER)).toMatchObject({ kind: "delivered" });
  expect(seen).toEqual([1, 2, 1]);
});

it("leaves it to the retries when a new connection is lost", async () => {
  const { transport, seen } = await start((response) => response.socket?.destroy());
  expect(await transport.send(BODY, NEVER)).toEqual({ kind: "retry", reason: "ECONNRESET" });
  expect(seen).toEqual([1]);
});

it("reads no more of an answer than a collector would send", async () => {
  const { transport } = await start((response) => response.end(Buffer.alloc(1_000_000)));
  const outcome = await transport.send(BODY, NEVER);
  expect(outcome.kind === "delivered" && outcome.body.byteLength).toBeLessThanOrEqual(64 * 1024);
});
