import { propagation } from "@opentelemetry/api";
import type { Message, Metadata } from "../model/message.js";
import { safely } from "../telemetry/safely.js";

/** What answering a message needs to know of it. */
export interface Origin {
  readonly channel: string;
  readonly metadata: Metadata | undefined;
}

const LIMIT = 1000;

/** Remembers recently received messages, so that answering one needs no look-up. */
export class Origins {
  readonly #origins = new Map<string, Origin>();

  note({ id, channel, metadata }: Message): void {
    if (this.#origins.has(id)) return;
    this.#origins.set(id, { channel, metadata: metadata && pickTrace(metadata) });
    const oldest = this.#origins.keys().next();
    if (this.#origins.size > LIMIT && !oldest.done) this.#origins.delete(oldest.value);
  }

  get(id: string): Origin | undefined {
    return this.#origins.get(id);
  }
}

/** The rest of the metadata may be megabytes and is not needed. */
function pickTrace(metadata: Metadata): Metadata {
  const fields = safely(() => propagation.fields()) ?? [];
  return Object.fromEntries(fields.flatMap((key) => (key in metadata ? [[key, metadata[key]]] : [])));
}
