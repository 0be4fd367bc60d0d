import { createServer } from "node:http";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { createPostingFetch } from "./posting-fetch.js";

const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

afterEach(() => {
  vi.unstubAllGlobals();
});

async function startServer() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end("over node:http"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/collectors/events`;
}

/** What the application made of the global dispatcher, for the length of a test. */
function dispatchThrough(dispatcher: object) {
  const before = Object.getOwnPropertyDescriptor(globalThis, DISPATCHER);
  Object.defineProperty(globalThis, DISPATCHER, { value: dispatcher, configurable: true, writable: true });
  onTestFinished(() => {
    if (before) Object.defineProperty(globalThis, DISPATCHER, before);
    else Reflect.deleteProperty(globalThis, DISPATCHER);
  });
}

const request = { method: "POST", headers: {}, body: "{}" };

it("posts through the proxy that the application gave to fetch", async () => {
  class ProxyAgent {}
  dispatchThrough(new ProxyAgent());
  vi.stubGlobal("fetch", async () => new Response("by fetch"));
  const answer = await createPostingFetch()(await startServer(), request);
  expect(await answer.text()).toBe("by fetch");
});

it("posts over node:http where fetch is as Node made it", async () => {
  class Agent {}
  dispatchThrough(new Agent());
  vi.stubGlobal("fetch", async () => new Response("by fetch"));
  const answer = await createPostingFetch()(await startServer(), request);
  expect(await answer.text()).toBe("over node:http");
});
