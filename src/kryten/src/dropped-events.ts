import type { HealthCounters } from "./health.js";
import type { Logger } from "./logger.js";

/** Counts what is dropped because handlers are too slow, and warns once per overload. */
export class DroppedEvents {
  readonly #health: HealthCounters;
  readonly #logger: Logger;
  #warned = false;

  constructor(health: HealthCounters, logger: Logger) {
    this.#health = health;
    this.#logger = logger;
  }

  add(): void {
    this.#health.eventsDropped++;
    if (this.#warned) return;
    this.#warned = true;
    this.#logger.warn("handlers are slower than events come; the oldest events that wait are dropped");
  }

  /** Nothing waits any more, so the next drop is worth a warning of its own. */
  caughtUp(): void {
    this.#warned = false;
  }
}
