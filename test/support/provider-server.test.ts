import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytes, event, Gate, json, ProviderServer, script, streamed } from "./provider-server.js";

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

/** The pieces as the wire frames them: `fetch` may join pieces that arrive together, raw chunks keep their sizes. */
async function piecesFrom(url: string): Promise<string[]> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
  const answer = (await buffer(socket)).toString("latin1");
  const framed = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  const pieces: string[] = [];
  for (let at = 0; ; ) {
    const start = framed.indexOf("\r\n", at) + 2;
    const size = Number.parseInt(framed.slice(at, start), 16);
    if (!(size > 0)) return pieces;
    pieces.push(framed.slice(start, start + size));
    at = start + size + 2;
  }
}

describe("the provider server", () => {
  it("answers with the scripted status, headers and JSON and remembers the request", async () => {
    const url = provider.serve("/json", json({ ok: true }, { status: 429, headers: { "retry-after": "3" } }));
    const response = await fetch(`${url}/v1/chat?x=1`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"model":"m"}',
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await response.json()).toEqual({ ok: true });
    expect(provider.requests.at(-1)).toMatchObject({
      method: "POST",
      path: "/json/v1/chat?x=1",
      body: { model: "m" },
    });
  });

  it("gives several replies in turn, then says that none is scripted", async () => {
    const url = provider.serve("/turns", [json(1), json(2)]);
    const answers = [await fetch(url), await fetch(url), await fetch(url)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 501]);
  });

  it("cuts a body at the given bytes, inside characters too", async () => {
    const url = provider.serve("/cuts", streamed("data: é\n\n", { cuts: [3, 7] }));
    expect(await piecesFrom(url)).toEqual(["dat", "a: \u00c3", "\u00a9\n\n"]);
  });

  it("sends a body one byte at a time", async () => {
    const url = provider.serve("/bytes", streamed("data: hello\n\n", { cuts: "every byte" }));
    expect(await piecesFrom(url)).toEqual([..."data: hello\n\n"]);
  });

  it("waits at a gate until the test opens it", async () => {
    const gate = new Gate();
    const url = provider.serve("/gate", script([{ first: 1 }, gate, { second: 2 }]));
    const reader = (await fetch(url)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: {"first":1}\n\n');
    await gate.reached;
    gate.open();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: {"second":2}\n\n');
  });

  it("names events after their type", () => {
    expect(Buffer.from(event({ type: "ping" })).toString()).toBe('event: ping\ndata: {"type":"ping"}\n\n');
    expect(Buffer.from(event("[DONE]")).toString()).toBe("data: [DONE]\n\n");
  });

  it("breaks the connection where the script says so", async () => {
    const url = provider.serve("/drop", script([{ first: 1 }, "drop"]));
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow();
  });

  it("reports that the client dropped the connection", async () => {
    const url = provider.serve("/abort", script([{ first: 1 }, "hang"]));
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    expect(await provider.requests.at(-1)?.over).toBe(true);
    expect(provider.requests.at(-1)?.aborted).toBe(true);
  });

  it("reports a reply read to its end as not aborted", async () => {
    const url = provider.serve("/whole", bytes(Buffer.from("all")));
    await (await fetch(url)).text();
    expect(await provider.requests.at(-1)?.over).toBe(false);
  });

  it("stands in for any host through its fetch", async () => {
    provider.serve("/deepseek", json({ local: true }));
    const response = await provider.fetchAs("/deepseek")("https://api.deepseek.com/v1/models?limit=1");
    expect(await response.json()).toEqual({ local: true });
    expect(provider.requests.at(-1)?.path).toBe("/deepseek/v1/models?limit=1");
  });
});
