import type { Settings } from "../options.js";

/** Delay before attempt `attempt`, counted from 1: doubling, capped, then shortened by chance. */
export function backoffMs(
  { delayMs, maxDelayMs, jitter }: Settings["reconnect"],
  attempt: number,
  random: () => number = Math.random,
): number {
  const delay = Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs);
  return delay * (1 - jitter * random());
}
