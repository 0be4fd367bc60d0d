import { checkChannel } from "../model/checks.js";
import type { Message } from "../model/message.js";
import type { SeenIds } from "./seen-ids.js";

/** Every channel. */
const ALL = "*";

/** Where the past of a channel is read. */
export interface HistorySource {
  channels(): Promise<string[]>;
  history(channel: string): Promise<Message[]>;
}

interface Held {
  readonly message: Message;
  readonly raw: unknown;
}

/**
 * Which channels the handlers hear. The server knows no subscriptions, it sends everything, so this is a filter
 * on the client's side. It outlives connections.
 */
export class Subscriptions {
  readonly #channels = new Set<string>();
  readonly #pending = new Map<string, { held: Held[]; done: Promise<void> }>();
  readonly #seen: SeenIds;
  readonly #pass: (message: Message, raw: unknown) => void;

  /** `pass` gets each message of a subscribed channel once. */
  constructor(seen: SeenIds, pass: (message: Message, raw: unknown) => void) {
    this.#seen = seen;
    this.#pass = pass;
  }

  has(channel: string): boolean {
    return this.#channels.has(channel) || this.#channels.has(ALL);
  }

  offer(message: Message, raw: unknown): void {
    if (this.has(message.channel)) {
      if (this.#seen.add(message.channel, message.id)) this.#pass(message, raw);
      return;
    }
    const pending = this.#pending.get(message.channel) ?? this.#pending.get(ALL);
    pending?.held.push({ message, raw });
  }

  /**
   * Adds a channel. With a source its history counts as heard, so that handlers get only news: what arrives
   * while the history is read is held back and sorted out afterwards.
   */
  add(channel: string, source: HistorySource | undefined): Promise<void> {
    if (this.#channels.has(channel)) return Promise.resolve();
    if (!source) {
      this.#channels.add(channel);
      return Promise.resolve();
    }
    const pending = this.#pending.get(channel);
    if (pending) return pending.done;
    const held: Held[] = [];
    const done = this.#addAfterHistory(channel, source, held);
    this.#pending.set(channel, { held, done });
    return done;
  }

  delete(channel: string): void {
    this.#pending.delete(channel);
    this.#channels.delete(channel);
  }

  async #addAfterHistory(channel: string, source: HistorySource, held: Held[]): Promise<void> {
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
    for (const { message, raw } of held) this.offer(message, raw);
  }
}

/** A channel name, or `*` for every channel. */
export function checkSubscription(channel: unknown): string {
  return channel === ALL ? ALL : checkChannel(channel);
}
