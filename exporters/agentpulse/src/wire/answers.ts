import type { HttpAnswer, Outcome } from "@kit/delivery";

const HOLD_MS = 60_000;

/**
 * What the server's answer means for the batch.
 * @param bytes size of the request's body
 * @param queueOnHold what happens to waiting events during a hold
 */
export function readAnswer(answer: HttpAnswer, bytes: () => number, queueOnHold: "keep" | "drop"): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const error = new Error(describe(answer));
  if (status === 429) {
    // It is a daily quota: trying again every few seconds would be pointless.
    const otherwise = { kind: "hold", error, forMs: HOLD_MS, batch: "drop", queue: queueOnHold } as const;
    return { kind: "retry", error, otherwise, ...afterMs(answer) };
  }
  if (status === 408 || status === 425 || status >= 500) return { kind: "retry", error, ...afterMs(answer) };
  if (status === 400) return { kind: "poisoned", error };
  if (status === 413) return { kind: "oversize", error, ...readLimits(answer.text, bytes) };
  if (status === 401 || status === 403 || status === 404) {
    return { kind: "hold", error, forMs: Number.POSITIVE_INFINITY, batch: "drop", queue: "drop" };
  }
  return { kind: "refused", error };
}

/** Whether a 413 is about the `data` of a single event. */
export function isAboutData({ status, text }: HttpAnswer): boolean {
  return status === 413 && /event data too large/i.test(text);
}

function readLimits(text: string, bytes: () => number): { maxItems?: number; maxBytes?: number } {
  const [, stated] = /\bmax(?:imum)? (\d{1,6}) events/i.exec(text) ?? [];
  if (stated !== undefined) return { maxItems: Number(stated) };
  if (/batch too large/i.test(text)) return {};
  return { maxBytes: Math.floor(bytes() / 2) };
}

function afterMs({ retryAfterMs }: HttpAnswer): { afterMs?: number } {
  return retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
}

/** Only the server's own words: a proxy may have answered instead, and its page may repeat what was sent. */
function describe({ status, text }: HttpAnswer): string {
  const [, words] = /^\s*\{\s*"error"\s*:\s*"([\w .,:;()/%'-]{1,160})"/.exec(text) ?? [];
  return words ? `HTTP ${status}: ${words}` : `HTTP ${status}`;
}
