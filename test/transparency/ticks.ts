import { setTimeout as delay } from "node:timers/promises";

const TICK_MS = 5;

/**
 * Waits until something holds, `patienceMs` at most, and tells whether it does. Counted in turns of the event loop and
 * not by the clock: provider and client share this process, so when it stands still, nobody's time passes.
 */
export async function within(
  patienceMs: number,
  holds: () => boolean,
  options: { readonly ref?: boolean } = {},
): Promise<boolean> {
  for (let tick = 0; tick * TICK_MS < patienceMs && !holds(); tick += 1)
    await delay(TICK_MS, undefined, options);
  return holds();
}
