/** Node's timers fire at once for longer delays. */
const LONGEST_MS = 2 ** 31 - 1;

/** Runs `work` after `ms`; what is more than 24 days is as good as for ever. */
export function startTimer(work: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(work, Math.min(ms, LONGEST_MS));
}
