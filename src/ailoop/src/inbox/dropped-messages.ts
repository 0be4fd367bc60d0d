import { diag } from "@opentelemetry/api";
import { safely } from "../telemetry/safely.js";

/** Counts the messages that no handler will see because too many were waiting, and warns of them. */
export class DroppedMessages {
  readonly #onDrop: () => void;
  #count = 0;
  #warned = false;

  constructor(onDrop: () => void) {
    this.#onDrop = onDrop;
  }

  get count(): number {
    return this.#count;
  }

  /** Warns of the first; one warning for each further message would make the overload worse. */
  add(): void {
    this.#count += 1;
    this.#onDrop();
    if (this.#warned) return;
    this.#warned = true;
    safely(() =>
      diag.warn(
        "@kit/ailoop: handlers are slower than messages come; the oldest that wait are dropped: make handlers faster or raise maxQueuedMessages",
      ),
    );
  }

  /** The handlers have caught up, so the next drop is worth a warning of its own. */
  caughtUp(): void {
    this.#warned = false;
  }
}
