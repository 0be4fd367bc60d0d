import { type Attributes, type Counter, diag, type MeterProvider, metrics } from "@opentelemetry/api";
import { VERSION } from "./version.js";

/** Why an item was dropped. `invalid`: nothing could be made of it that could be sent. */
export type DropReason = "overflow" | "refused" | "poisoned" | "oversize" | "held" | "shutdown" | "invalid";

const SUMMARY_EVERY_MS = 60_000;

interface Tally {
  total: number;
  unsaid: number;
  saidAt: number;
}

/** Counts what was delivered and dropped, in metrics and in as few `diag` lines as possible. */
export class DropReport {
  readonly #name: string;
  readonly #meterProvider: MeterProvider | undefined;
  readonly #tallies = new Map<DropReason, Tally>();

  constructor(name: string, meterProvider?: MeterProvider) {
    this.#name = name;
    this.#meterProvider = meterProvider;
  }

  delivered(count: number): void {
    quietly(() => {
      this.#counter("kit.delivery.delivered", "Items a destination accepted.").add(count, this.#attributes());
    });
  }

  /** The first drop for each reason is logged at once, later ones in one line a minute. */
  dropped(count: number, reason: DropReason, error?: Error): void {
    quietly(() => {
      const counter = this.#counter("kit.delivery.dropped", "Items that were given up.");
      counter.add(count, this.#attributes({ "kit.delivery.drop.reason": reason }));
    });
    const tally = this.#tallies.get(reason) ?? { total: 0, unsaid: 0, saidAt: Number.NEGATIVE_INFINITY };
    this.#tallies.set(reason, tally);
    tally.total += count;
    tally.unsaid += count;
    if (performance.now() - tally.saidAt >= SUMMARY_EVERY_MS) this.#say(reason, tally, error);
  }

  /** Logs what was counted since the last line. */
  summarise(): void {
    for (const [reason, tally] of this.#tallies) if (tally.unsaid > 0) this.#say(reason, tally);
  }

  get total(): number {
    let sum = 0;
    for (const tally of this.#tallies.values()) sum += tally.total;
    return sum;
  }

  #say(reason: DropReason, tally: Tally, error?: Error): void {
    const why = error ? `: ${error.message}` : "";
    quietly(() => {
      diag.warn(`${this.#name}: dropped ${tally.unsaid} (${reason}, ${tally.total} so far)${why}`);
    });
    tally.unsaid = 0;
    tally.saidAt = performance.now();
  }

  #attributes(more?: Attributes): Attributes {
    return { "kit.delivery.name": this.#name, ...more };
  }

  // Looked up each time: the API has no proxy meter, and the application may register its provider after us.
  #counter(name: string, description: string): Counter {
    const provider = this.#meterProvider ?? metrics.getMeterProvider();
    return provider.getMeter("@kit/delivery", VERSION).createCounter(name, { description, unit: "{item}" });
  }
}

/** Meters and loggers are the application's: their failures must not stop the delivery, or reach who adds an item. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Nobody is left who could hear of it.
  }
}
