import { diag } from "@opentelemetry/api";
import { afterEach, beforeEach, vi } from "vitest";
import { type DeliveryOptions, DeliveryQueue, type Outcome } from "./index.js";

export const boom = new Error("boom");
export const retry = { kind: "retry", error: boom } as const satisfies Outcome;
export const delivered = { kind: "delivered" } as const satisfies Outcome;

/** A destination that answers by rule and remembers what it accepted. */
export function destination(answer: (batch: readonly string[], nth: number) => Outcome | Promise<Outcome>) {
  const requests: string[][] = [];
  const accepted: string[] = [];
  return {
    requests,
    accepted,
    async send(batch: readonly string[]) {
      requests.push([...batch]);
      const outcome = await answer(batch, requests.length);
      if (outcome.kind === "delivered") accepted.push(...batch);
      return outcome;
    },
  };
}

const queues: DeliveryQueue<string>[] = [];

export function queueTo(
  transport: DeliveryOptions<string>["transport"],
  options: Partial<DeliveryOptions<string>> = {},
) {
  const queue = new DeliveryQueue<string>({ name: "test", transport, random: () => 0, ...options });
  queues.push(queue);
  return queue;
}

export const letters = (count: number) => Array.from({ length: count }, (_, index) => `i${index}`);

/** Timers and the clock are held for every test of the file; its queues end with the test. */
export function holdTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(queues.splice(0).map((queue) => queue.shutdown(0)));
    diag.disable();
  });
}

/** Lets timers up to `ms` fire, and everything that was or is started come to rest. */
export async function pass(ms: number): Promise<void> {
  await rest();
  await vi.advanceTimersByTimeAsync(ms);
  await rest();
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}
