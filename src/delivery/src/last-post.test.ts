import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { postBeforeExit } from "./last-post.js";

/** A server in a thread of its own, as this one waits; it answers with the status that the body asks for. */
async function startServer(): Promise<{ url: string; bodies: () => Promise<string[]> }> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
    const bodies = [];
    const server = require("node:http").createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text) => { body += text; }).on("end", () => {
        bodies.push(body);
        if (body !== "never") response.writeHead(Number(body)).end();
      });
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
    parentPort.on("message", () => parentPort.postMessage(bodies));`,
    { eval: true },
  );
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = await once(worker, "message");
  return {
    url: `http://127.0.0.1:${port}/`,
    bodies: async () => {
      worker.postMessage("tell");
      const [bodies] = await once(worker, "message");
      return bodies as string[];
    },
  };
}

const PATIENT = { timeoutMs: 60_000 };
const requests = (url: string, ...bodies: string[]) =>
  bodies.map((body) => ({ url, headers: {}, body: Buffer.from(body) }));

it("goes on after an answer that is about one request alone", async () => {
  const { url, bodies } = await startServer();
  expect(postBeforeExit(requests(url, "200", "400", "413", "202"), PATIENT)).toEqual([
    { status: 200, reason: "HTTP 200 OK" },
    { status: 400, reason: "HTTP 400 Bad Request" },
    { status: 413, reason: "HTTP 413 Payload Too Large" },
    { status: 202, reason: "HTTP 202 Accepted" },
  ]);
  expect(await bodies()).toEqual(["200", "400", "413", "202"]);
});

it.each(["401", "429", "503"])("asks no more of a server that answers %s", async (status) => {
  const { url, bodies } = await startServer();
  expect(postBeforeExit(requests(url, "200", status, "200"), PATIENT)).toMatchObject([
    { status: 200 },
    { status: Number(status) },
  ]);
  expect(await bodies()).toEqual(["200", status]);
});

it("tells why there was no answer", async () => {
  const nobody = requests("http://127.0.0.1:1/", "200", "200");
  expect(postBeforeExit(nobody, PATIENT)).toEqual([{ status: undefined, reason: "ECONNREFUSED" }]);
});

it("waits no longer than it may", async () => {
  const { url } = await startServer();
  expect(postBeforeExit(requests(url, "never", "200"), { timeoutMs: 300 })).toEqual([
    { status: undefined, reason: "no answer in time" },
  ]);
});

it("starts nothing for nothing", () => {
  expect(postBeforeExit([], PATIENT)).toEqual([]);
});
