import { checkChannel } from "../model/checks.js";
import type { Message } from "../model/message.js";
import { BoundedQueue } from "./bounded-queue.js";
import type { DroppedMessages } from "./dropped-messages.js";
import { SeenIds } from "./seen-ids.js";

/** Every channel. */
const ALL = "*";

/** Where the past of a channel is read. */
export interface HistorySource {
  channels(): Promise<string[]>;
  history(channel: string): Promise<Message[]>;
}

/** Messages that arrive while the history of their channel is still being read. */
type Held = BoundedQueue<{ readonly message: Message; readonly raw: unknown }>;

/** What subscriptions need of the inbox. */
export interface SubscriptionsOptions {
  /** Gets each message of a subscribed channel once. */
  readonly pass: (message: Message, raw: unknown) => void;
  readonly maxHeld: number;
  readonly dropped: DroppedMessages;
}

/**
 * The channels whose messages reach the handlers. The server has no subscriptions and sends everything, so this is
 * a filter in the client. It outlives connections.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #channels = new Set<string>();
  readonly #pending = new Map<string, { held: Held; done: Promise<void> }>();
  readonly #seen = new SeenIds();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  has(channel: string): boolean {
    return this.#channels.has(channel) || this.#channels.has(ALL);
  }

  offer(message: Message, raw: unknown): void {
    if (this.has(message.channel)) {
      if (this.#seen.add(message.channel, message.id)) this.#options.pass(message, raw);
      return;
    }
    const pending = this.#pending.get(message.channel) ?? this.#pending.get(ALL);
    if (pending && !pending.held.push({ message, raw })) this.#options.dropped.add();
  }

  /**
   * Adds a channel. With a source, its history counts as delivered, so that handlers get only what is new: messages
   * that arrive while the history is read are held back until it is known.
   */
  add(channel: string, source: HistorySource | undefined): Promise<void> {
    if (this.#channels.has(channel)) return Promise.resolve();
    if (!source) {
      this.#channels.add(channel);
      return Promise.resolve();
    }
    const pending = this.#pending.get(channel);
    if (pending) return pending.done;
    const held: Held = new BoundedQueue(this.#options.maxHeld);
    const done = this.#addAfterHistory(channel, source, held);
    this.#pending.set(channel, { held, done });
    return done;
  }

  delete(channel: string): void {
    this.#pending.delete(channel);
    this.#channels.delete(channel);
  }

  async #addAfterHistory(channel: string, source: HistorySource, held: Held): Promise<void> {
    try {
      const names = channel === ALL ? await source.channels() : [channel];
      for (const name of names) {
        for (const message of await source.history(name)) this.#seen.add(message.channel, message.id);
      }
    } catch (error) {
      if (this.#pending.get(channel)?.held === held) this.#pending.delete(channel);
      throw error;
    }
    if (this.#pending.get(channel)?.held !== held) return; // unsubscribed meanwhile
    this.#pending.delete(channel);
    this.#channels.add(channel);
    for (let next = held.shift(); next; next = held.shift()) this.offer(next.message, next.raw);
  }
}

/** A channel name, or `*` for every channel. */
export function checkSubscription(channel: unknown): string {
  return channel === ALL ? ALL : checkChannel(channel);
}
