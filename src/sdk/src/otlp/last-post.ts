import { Worker } from "node:worker_threads";
import type { OtlpSettings } from "./settings.js";
import { isRetryable } from "./status.js";
import type { Outcome } from "./transport.js";

/** How much of what was answered is told: a line. */
const LONGEST_ANSWER = 128;
/** Where others have their status: no answer came. */
const FAILED = 1;
const NOTHING = new Uint8Array();

/** Runs in a thread of its own: plain text, so that no loader or preload of the application gets in its way. */
const POST = `
const { workerData: { url, options, body, done, told } } = require("node:worker_threads");
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const finish = (status, text) => {
  new TextEncoder().encodeInto(text, told);
  Atomics.store(done, 0, status);
  Atomics.notify(done, 0);
};
const nameOf = ({ errors: [first] = [], code, message }) => first ? nameOf(first) : code ?? message;
const post = request(url, options, (response) => {
  response.resume();
  finish(response.statusCode, "HTTP " + response.statusCode + " " + (response.statusMessage ?? ""));
});
post.on("error", (error) => finish(${FAILED}, nameOf(error)));
post.end(body);
`;

/**
 * Posts one body while the process exits, where nothing can be awaited: another thread does it, and this one
 * waits for it.
 */
export function postBeforeExit(settings: OtlpSettings, body: Uint8Array, timeoutMs: number): Outcome {
  const compressed = settings.compression === "gzip";
  const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const told = new Uint8Array(new SharedArrayBuffer(LONGEST_ANSWER));
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
      told,
    },
  });
  Atomics.wait(done, 0, 0, timeoutMs);
  const status = Atomics.load(done, 0);
  if (status === 0) return { kind: "retry", reason: "no answer in time" };
  if (status >= 200 && status < 300) return { kind: "delivered", body: NOTHING };
  const reason = Buffer.from(told).toString().replaceAll("\0", "").trim();
  if (status === FAILED || isRetryable(status)) return { kind: "retry", reason };
  return { kind: "refused", reason, tooLarge: status === 413 };
}

/** Loaded now: no start should wait for what only few ends need. */
function gzipped(body: Uint8Array): Uint8Array {
  const { gzipSync } = process.getBuiltinModule("node:zlib");
  return gzipSync(body);
}
