import { Worker } from "node:worker_threads";
import type { OtlpSettings } from "./settings.js";

/** Runs in a thread of its own: plain text, so that no loader or preload of the application gets in its way. */
const POST = `
const { workerData: { url, options, body, done } } = require("node:worker_threads");
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const finish = (status) => {
  Atomics.store(done, 0, status);
  Atomics.notify(done, 0);
};
const post = request(url, options, (response) => {
  response.resume();
  finish(response.statusCode);
});
post.on("error", () => finish(1));
post.end(body);
`;

/**
 * Posts one body while the process exits, where nothing can be awaited: another thread does it, and this one
 * waits for it. Tells whether the body was accepted in time.
 */
export function postBeforeExit(settings: OtlpSettings, body: Uint8Array, timeoutMs: number): boolean {
  const compressed = settings.compression === "gzip";
  const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const headers = {
    ...settings.headers,
    "content-type": settings.protocol === "http/json" ? "application/json" : "application/x-protobuf",
    ...(compressed ? { "content-encoding": "gzip" } : {}),
  };
  new Worker(POST, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: {
      url: settings.url,
      options: { method: "POST", headers, ...settings.tls },
      body: compressed ? gzipped(body) : body,
      done,
    },
  });
  Atomics.wait(done, 0, 0, timeoutMs);
  const status = Atomics.load(done, 0);
  return status >= 200 && status < 300;
}

/** Loaded now: no start should wait for what only few ends need. */
function gzipped(body: Uint8Array): Uint8Array {
  const { gzipSync } = process.getBuiltinModule("node:zlib");
  return gzipSync(body);
}
