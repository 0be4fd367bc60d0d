import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import type { ServerRequest } from "./server-request.js";

const TIMEOUT_MS = 2_000;
/** Each reads from standard input: the key must not stand among the arguments, where others can see it. */
const SCRIPT = `
let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", async () => {
  const { url, headers, bodies } = JSON.parse(text);
  for (const { body, gzip } of bodies) {
    const zipped = gzip ? { "Content-Encoding": "gzip" } : {};
    const data = gzip ? Buffer.from(body, "base64") : body;
    await fetch(url, { method: "POST", headers: { ...headers, ...zipped }, body: data, redirect: "manual" });
  }
});
`;
/** What a Node process needs to reach the same server; not NODE_OPTIONS, which could start telemetry in it. */
const ENVIRONMENT =
  /^(PATH|SystemRoot|TEMP|TMP|HOME|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|SSL_CERT_(FILE|DIR)|.*_PROXY|NODE_USE_ENV_PROXY)$/i;

/**
 * Posts bodies while the process exits, when nothing asynchronous can be done any more: another process does it, and
 * this one waits for at most two seconds.
 */
export function sendLast(request: ServerRequest, bodies: readonly string[], gzip: boolean): void {
  const encoded = bodies.map((body) => ({ body: gzip ? gzipSync(body).toString("base64") : body, gzip }));
  const input = JSON.stringify({
    url: `${request.url}/v1/ingest`,
    headers: request.headers,
    bodies: encoded,
  });
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name)));
  spawnSync(process.execPath, ["--input-type=commonjs", "-e", SCRIPT], {
    input,
    env: { ...env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["pipe", "ignore", "ignore"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
}
