import { diag } from "@opentelemetry/api";
import type { Run } from "./run.js";

/** Runs that are followed at the same time. One more, and the oldest is given up. */
export const MAX_RUNS = 10_000;

/** The open runs by the library's ids. Bounded, because the library never reports the end of some runs. */
export class Runs {
  readonly #runs = new Map<string, Run>();

  get(id: string | undefined): Run | undefined {
    return id === undefined ? undefined : this.#runs.get(id);
  }

  add(id: string, run: Run): void {
    if (this.#runs.size >= MAX_RUNS) {
      diag.debug("a run that did not end in time is given up");
      const [oldest] = this.#runs.values();
      oldest?.end({ outcome: "abandoned" });
    }
    this.#runs.set(id, run);
    run.onEnd(() => this.#runs.delete(id));
  }

  /** Ends all of them as abandoned, inner ones first. */
  endAll(): void {
    for (const run of [...this.#runs.values()].reverse()) run.end({ outcome: "abandoned" });
  }
}
