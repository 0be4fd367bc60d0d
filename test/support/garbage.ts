import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// A context that is made after the flag has `gc`, so that the tests need no flag of their own.
setFlagsFromString("--expose-gc");

/** Collects what nothing holds any more. */
export const collectGarbage = runInNewContext("gc") as () => void;

/**
 * Collects until something shows that an object is gone, for a minute at most. In a turn of its own: a `WeakRef` that was
 * asked holds its object until the turn ends, and finalizers run in a later one.
 */
export async function collectUntil(isGone: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (!isGone() && performance.now() < giveUpAt) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}
