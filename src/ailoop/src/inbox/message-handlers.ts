import { diag } from "@opentelemetry/api";
import type { Message } from "../model/message.js";
import { describeThrown } from "../telemetry/failure.js";
import { safely } from "../telemetry/safely.js";
import { type Instant, now } from "../timing.js";
import { BoundedQueue } from "./bounded-queue.js";
import type { DroppedMessages } from "./dropped-messages.js";

/** Gets one message at a time; a returned promise is awaited before the next. `raw` is the parsed frame. */
export type MessageHandler = (message: Message, raw: unknown) => void | Promise<void>;

interface Delivery {
  readonly message: Message;
  readonly raw: unknown;
  readonly receivedAt: Instant;
}

/** Runs around all handlers of one message; `handle` never rejects and resolves to what they threw. */
type Deliver = (message: Message, receivedAt: Instant, handle: () => Promise<unknown[]>) => Promise<void>;

/** Calls the handlers in the order of registration, message after message. */
export class MessageHandlers {
  readonly #deliver: Deliver;
  readonly #handlers = new Set<{ readonly handle: MessageHandler }>();
  readonly #queue: BoundedQueue<Delivery>;
  readonly #dropped: DroppedMessages;
  #running = false;

  constructor(deliver: Deliver, maxQueued: number, dropped: DroppedMessages) {
    this.#deliver = deliver;
    this.#queue = new BoundedQueue(maxQueued);
    this.#dropped = dropped;
  }

  add(handle: MessageHandler): () => void {
    const registration = { handle };
    this.#handlers.add(registration);
    return () => void this.#handlers.delete(registration);
  }

  push(message: Message, raw: unknown): void {
    if (this.#handlers.size === 0) return;
    if (!this.#queue.push({ message, raw, receivedAt: now() })) this.#dropped.add();
    if (!this.#running) void this.#run();
  }

  /** Forgets what was not delivered yet. */
  clear(): void {
    this.#queue.clear();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await this.#handle(next);
    this.#running = false;
    this.#dropped.caughtUp();
  }

  async #handle({ message, raw, receivedAt }: Delivery): Promise<void> {
    await this.#deliver(message, receivedAt, async () => {
      const errors: unknown[] = [];
      for (const { handle } of [...this.#handlers]) {
        try {
          await handle(message, raw);
        } catch (error) {
          errors.push(error);
          safely(() => diag.error(`@kit/ailoop: a message handler threw ${describeThrown(error)}`));
        }
      }
      return errors;
    });
  }
}
