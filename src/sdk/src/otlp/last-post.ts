import { Worker } from "node:worker_threads";
import type { OtlpSettings } from "./settings.js";
import { isRetryable } from "./status.js";
import type { Outcome } from "./transport.js";

/** How much of what was answered is told: a line. */
const LONGEST_ANSWER = 128;
/** Where others have their status: no answer came. */
const FAILED = 1;
const DELIVERED: Outcome = { kind: "delivered", body: new Uint8Array() };

/** Runs in a thread of its own: plain text, so that no loader or preload of the application gets in its way. */
const POST = `
const { workerData: { url, options, bodies, ended, statuses, told } } = require("node:worker_threads");
const { request, Agent } = require(url.startsWith("https:") ? "node:https" : "node:http");
const agent = new Agent({ keepAlive: true });
const nameOf = ({ errors: [first] = [], code, message }) => first ? nameOf(first) : code ?? message;
const finish = (index, status, text) => {
  Atomics.store(statuses, index, status);
  const isLast = status < 200 || status > 299 || index + 1 === bodies.length;
  if (!isLast) return post(index + 1);
  new TextEncoder().encodeInto(text, told);
  Atomics.store(ended, 0, 1);
  Atomics.notify(ended, 0);
};
const post = (index) =>
  request(url, { ...options, agent }, (response) => {
    response.resume().on("end", () => {
      finish(index, response.statusCode, "HTTP " + response.statusCode + " " + (response.statusMessage ?? ""));
    });
  })
    .on("error", (error) => finish(index, ${FAILED}, nameOf(error)))
    .end(bodies[index]);
post(0);
`;

/**
 * Posts one body after the other while the process exits, where nothing can be awaited: another thread does it, and
 * this one waits for it. Ends with the first that does not arrive; what became of it comes last.
 */
export function postBeforeExit(
  settings: OtlpSettings,
  bodies: readonly Uint8Array[],
  timeoutMs: number,
): Outcome[] {
  const compressed = settings.compression === "gzip";
  const shared = (length: number) =>
    new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const ended = shared(1);
  const statuses = shared(bodies.length);
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
      bodies: compressed ? bodies.map(gzipped) : bodies,
      ended,
      statuses,
      told,
    },
  });
  Atomics.wait(ended, 0, 0, timeoutMs);
  const outcomes: Outcome[] = [];
  for (const status of statuses) {
    const arrived = status >= 200 && status < 300;
    outcomes.push(arrived ? DELIVERED : toFailure(status, told));
    if (!arrived) break;
  }
  return outcomes;
}

function toFailure(status: number, told: Uint8Array): Outcome {
  if (status === 0) return { kind: "retry", reason: "no answer in time" };
  const reason = Buffer.from(told).toString().replaceAll("\0", "").trim();
  if (status === FAILED || isRetryable(status)) return { kind: "retry", reason };
  return { kind: "refused", reason, tooLarge: status === 413 };
}

/** Loaded now: no start should wait for what only few ends need. */
function gzipped(body: Uint8Array): Uint8Array {
  const { gzipSync } = process.getBuiltinModule("node:zlib");
  return gzipSync(body);
}
