import type { WireMessage } from "./shape.js";

const CHANNEL_LIMIT = 1000;

/** History in memory: the newest thousand of a channel. */
export class Store {
  readonly #channels = new Map<string, WireMessage[]>();

  add(message: WireMessage): void {
    const messages = this.#channels.get(message.channel) ?? [];
    this.#channels.set(message.channel, messages);
    messages.push(message);
    if (messages.length > CHANNEL_LIMIT) messages.shift();
  }

  find(id: string): WireMessage | undefined {
    for (const messages of this.#channels.values()) {
      const found = messages.find((message) => message.id === id.toLowerCase());
      if (found) return found;
    }
    return undefined;
  }

  channels(): string[] {
    return [...this.#channels.keys()];
  }

  /** The newest `limit`, oldest first. */
  list(channel: string, limit: number): WireMessage[] {
    const messages = this.#channels.get(channel) ?? [];
    return limit === 0 ? [] : messages.slice(-limit);
  }

  count(channel: string): number {
    return this.#channels.get(channel)?.length ?? 0;
  }
}
