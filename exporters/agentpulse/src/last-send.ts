import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import type { ServerRequest } from "./server-request.js";

const TIMEOUT_MS = 2_000;

/** Runs in a thread of its own: plain text, so that no loader or preload of the application gets in its way. */
const SCRIPT = `
const { workerData: { url, headers, bodies, done } } = require("node:worker_threads");
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const finish = () => {
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
const next = () => {
  const body = bodies.shift();
  if (body === undefined) return finish();
  const post = request(url, { method: "POST", headers: { ...headers, "Content-Length": body.byteLength } });
  post.on("response", (response) => response.on("end", next).resume());
  post.on("error", finish);
  post.end(body);
};
next();
`;

const PROXY = /^(NODE_USE_ENV_PROXY|(HTTPS?|NO)_PROXY)$/i;

function readProxy(env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => PROXY.test(name)));
}

/**
 * Posts bodies while the process exits, when nothing can be awaited any more: another thread does it, and this one
 * waits for two seconds at most. Each is tried once.
 */
export function sendLast(request: ServerRequest, bodies: readonly string[], compressed: boolean): void {
  const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const encoding = compressed ? { "Content-Encoding": "gzip" } : {};
  const worker = new Worker(SCRIPT, {
    eval: true,
    // Nothing that the application starts with, neither preloads nor what NODE_OPTIONS says, but the way out.
    execArgv: [],
    env: readProxy(process.env),
    workerData: {
      url: `${request.url}/v1/ingest`,
      headers: { ...request.headers, ...encoding },
      bodies: bodies.map((body) => (compressed ? gzipSync(body) : Buffer.from(body))),
      done,
    },
  });
  worker.unref();
  Atomics.wait(done, 0, 0, TIMEOUT_MS);
}
