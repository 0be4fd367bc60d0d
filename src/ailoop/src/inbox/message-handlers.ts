import { diag } from "@opentelemetry/api";
import type { Message } from "../model/message.js";
import { type Instant, now } from "../timing.js";

/** Gets one message at a time; a returned promise is awaited before the next. `raw` is the parsed frame. */
export type MessageHandler = (message: Message, raw: unknown) => void | Promise<void>;

/** Messages that may stay in memory after their delivery. */
const PASSED_LIMIT = 256;

interface Delivery {
  readonly message: Message;
  readonly raw: unknown;
  readonly receivedAt: Instant;
}

type Deliver = (message: Message, receivedAt: Instant, handle: () => Promise<unknown[]>) => Promise<void>;

/** Calls the handlers in the order of registration, message after message. */
export class MessageHandlers {
  readonly #deliver: Deliver;
  readonly #handlers = new Set<{ readonly handle: MessageHandler }>();
  #queue: Delivery[] = [];
  #next = 0;
  #running = false;

  /** `deliver` runs around all handlers of one message and gets what they threw. */
  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  add(handle: MessageHandler): () => void {
    const registration = { handle };
    this.#handlers.add(registration);
    return () => void this.#handlers.delete(registration);
  }

  push(message: Message, raw: unknown): void {
    if (this.#handlers.size === 0) return;
    this.#queue.push({ message, raw, receivedAt: now() });
    if (!this.#running) void this.#run();
  }

  /** Forgets what was not delivered yet. */
  clear(): void {
    this.#queue = [];
    this.#next = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let delivery = this.#take(); delivery; delivery = this.#take()) await this.#handle(delivery);
    this.#running = false;
  }

  /** Walks through the queue and drops what it passed in bulk: shifting one by one is quadratic. */
  #take(): Delivery | undefined {
    if (this.#next >= PASSED_LIMIT || this.#next >= this.#queue.length) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    const delivery = this.#queue[this.#next];
    if (delivery) this.#next += 1;
    return delivery;
  }

  async #handle({ message, raw, receivedAt }: Delivery): Promise<void> {
    await this.#deliver(message, receivedAt, async () => {
      const errors: unknown[] = [];
      for (const { handle } of [...this.#handlers]) {
        try {
          await handle(message, raw);
        } catch (error) {
          errors.push(error);
          diag.error("@kit/ailoop: a message handler threw", error);
        }
      }
      return errors;
    });
  }
}
