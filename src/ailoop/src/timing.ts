/** A moment: wall time for spans, monotonic time for durations that outlive clock changes. */
export interface Instant {
  readonly epochMs: number;
  readonly monotonicMs: number;
}

export const now = (): Instant => ({ epochMs: Date.now(), monotonicMs: performance.now() });

/** Never negative: an answer may overtake the reply to its own prompt. */
export const secondsBetween = (start: Instant, end: Instant): number =>
  Math.max(0, end.monotonicMs - start.monotonicMs) / 1000;

/** Beyond this a Node timer fires at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** A timer without upper limit: a prompt may be open for 136 years. Returns a function that stops it. */
export function startTimer(delayMs: number, fire: () => void): () => void {
  let left = delayMs;
  let timer: NodeJS.Timeout;
  const step = () => {
    const part = Math.min(left, LONGEST_TIMER_MS);
    left -= part;
    timer = setTimeout(left > 0 ? step : fire, part);
  };
  step();
  return () => clearTimeout(timer);
}

/** Calls `listener` when the signal aborts, at once when it already has. Returns a function that stops that. */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  const fire = () => listener(signal.reason);
  if (signal.aborted) fire();
  else signal.addEventListener("abort", fire, { once: true });
  return () => signal.removeEventListener("abort", fire);
}

/** The promise, or the signal's reason if that comes first; what the promise stands for goes on. */
export function untilAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, reject);
    promise.then(resolve, reject).finally(release);
  });
}
