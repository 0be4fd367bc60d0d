import { type LastAnswer, postBeforeExit } from "@kit/delivery/last-post";
import { type OtlpSettings, toHeaders } from "./settings.js";
import { isRetryable } from "./status.js";
import type { Outcome } from "./transport.js";

const DELIVERED: Outcome = { kind: "delivered", body: new Uint8Array() };

/** Posts bodies while the process exits. Returns what became of those that were tried. */
export function postBodiesBeforeExit(
  settings: OtlpSettings,
  bodies: readonly Uint8Array[],
  timeoutMs: number,
): Outcome[] {
  const { url, compression, tls } = settings;
  const headers = toHeaders(settings);
  const requests = bodies.map((body) => ({
    url,
    headers,
    body: compression === "gzip" ? gzipped(body) : body,
  }));
  return postBeforeExit(requests, { timeoutMs, tls }).map(toOutcome);
}

function toOutcome({ status, reason }: LastAnswer): Outcome {
  if (status === undefined || isRetryable(status)) return { kind: "retry", reason };
  return status < 300 ? DELIVERED : { kind: "refused", reason, tooLarge: status === 413 };
}

/** Loaded now: no start should wait for what only few ends need. */
function gzipped(body: Uint8Array): Uint8Array {
  const { gzipSync } = process.getBuiltinModule("node:zlib");
  return gzipSync(body);
}
