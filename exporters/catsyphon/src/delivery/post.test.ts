import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { createPost } from "./post.js";

const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

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

async function post() {
  const { signal } = new AbortController();
  return createPost()(await startServer(), {}, "{}", signal);
}

it("leaves the request to fetch where the application gave that a proxy", async () => {
  class ProxyAgent {}
  dispatchThrough(new ProxyAgent());
  expect(await post()).toBeUndefined();
});

it("posts over node:http where fetch is as Node made it", async () => {
  class Agent {}
  dispatchThrough(new Agent());
  expect(await post()).toMatchObject({ status: 200, text: "over node:http" });
});

it("takes an answer for none whose end was cut off", async () => {
  const server = createServer((_, response) => {
    response.writeHead(202, { "content-length": 100 });
    response.write('{"accepted":', () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  await expect(createPost()(url, {}, "{}", new AbortController().signal)).rejects.toThrow("did not come");
});
