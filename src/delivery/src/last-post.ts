import { Worker } from "node:worker_threads";

/** A request to make while the process exits. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface LastPostOptions {
  /** How long the process may wait for all of them, in milliseconds. */
  readonly timeoutMs: number;
  /** What `node:tls` takes, for servers that are not known to everybody. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** What became of a request: an HTTP status, or the reason why there is none. */
export interface LastAnswer {
  readonly status: number | undefined;
  /** For a log; holds nothing of the request. */
  readonly reason: string;
}

/** How much of the reason is passed on: a line. */
const LONGEST_REASON = 128;
/** Where an answer has its status: none came. */
const FAILED = 1;

/** Runs in a thread of its own: plain text, so that no loader or preload of the application gets in its way. */
const POST = `
const { workerData: { requests, tls, ended, statuses, reason } } = require("node:worker_threads");
const nameOf = ({ errors: [first] = [], code, message }) => first ? nameOf(first) : code ?? message;
const finish = (index, status) => {
  Atomics.store(statuses, index, status);
  const hopeless = status < 200 || status === 401 || status === 403 || status === 429 || status > 499;
  if (!hopeless && index + 1 < requests.length) return post(index + 1);
  Atomics.store(ended, 0, 1);
  Atomics.notify(ended, 0);
};
const post = (index) => {
  const { url, headers, body } = requests[index];
  const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
  request(url, { method: "POST", headers: { ...headers, "content-length": body.byteLength }, ...tls })
    .on("response", (response) => response.on("end", () => finish(index, response.statusCode)).resume())
    .on("error", (error) => {
      new TextEncoder().encodeInto(nameOf(error), reason);
      finish(index, ${FAILED});
    })
    .end(body);
};
post(0);
`;

/** What the thread needs to know of how connections are made here. */
const ABOUT_CONNECTIONS =
  /^(NODE_USE_ENV_PROXY|(HTTPS?|NO)_PROXY|NODE_TLS_REJECT_UNAUTHORIZED|NODE_EXTRA_CA_CERTS)$/i;

/**
 * Posts one request after another while the process exits, where nothing can be awaited: another thread does it, and
 * this one waits. Each is tried once; when a server cannot be reached or takes nothing, those after it are not. Returns
 * what became of those that were tried.
 * @throws Error where Node can start no thread.
 */
export function postBeforeExit(requests: readonly LastRequest[], options: LastPostOptions): LastAnswer[] {
  if (requests.length === 0) return [];
  const numbers = (length: number) =>
    new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const ended = numbers(1);
  const statuses = numbers(requests.length);
  const reason = new Uint8Array(new SharedArrayBuffer(LONGEST_REASON));
  const worker = new Worker(POST, {
    eval: true,
    // Nothing that the application starts with: neither preloads nor what NODE_OPTIONS says.
    execArgv: [],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => ABOUT_CONNECTIONS.test(name))),
    workerData: { requests, tls: options.tls, ended, statuses, reason },
  });
  worker.unref();
  Atomics.wait(ended, 0, 0, options.timeoutMs);
  const tried = statuses.findLastIndex((status) => status !== 0) + 1;
  // The one that was under way when the time was over.
  const under = tried < requests.length && Atomics.load(ended, 0) === 0 ? 1 : 0;
  return Array.from(statuses.subarray(0, tried + under), (status) => toAnswer(status, reason));
}

function toAnswer(status: number, reason: Uint8Array): LastAnswer {
  if (status === 0) return { status: undefined, reason: "no answer in time" };
  if (status !== FAILED) return { status, reason: `HTTP ${status} ${nameOfStatus(status)}`.trimEnd() };
  return { status: undefined, reason: Buffer.from(reason).toString().replaceAll("\0", "").trim() };
}

/** Loaded now: no start should wait for what only few ends need. */
function nameOfStatus(status: number): string {
  return process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "";
}
