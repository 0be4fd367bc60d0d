import type { ListBody } from "@kit/delivery";
import { diag } from "@opentelemetry/api";
import type { QueuedEvent } from "../event/queued-event.js";
import type { Translator } from "../event/translator.js";
import { VERSION } from "../version.js";
import { encodeEvent, MAX_DATA_LENGTH, shortenLine } from "./encode-event.js";

const LEAST_DATA_LENGTH = 1_024;

/** Encodes queued events as the text of requests, each event once, when its batch is formed. */
export class EventEncoder {
  readonly #translator: Translator;
  readonly #envelope: string;
  readonly #untranslatable = new WeakSet<QueuedEvent>();
  #maxDataLength = MAX_DATA_LENGTH;
  /** The last time an event was newer than this. */
  #sinceMs = 0;

  constructor(translator: Translator, agent: string) {
    this.#translator = translator;
    this.#envelope = `{"agent":${JSON.stringify(agent)},"sdk_version":"${VERSION}","events":[`;
  }

  /** Bytes of a request beside its events. */
  get envelopeBytes(): number {
    return Buffer.byteLength(this.#envelope) + 2;
  }

  /** Bytes that the event adds to a request, including its comma. */
  sizeOf(queued: QueuedEvent): number {
    const line = this.#lineOf(queued);
    return line === null ? 0 : Buffer.byteLength(line) + 1;
  }

  /** The body of a request; `undefined` if none of the events has any data. */
  toBody(batch: readonly QueuedEvent[]): ListBody | undefined {
    const items = batch.map((queued) => this.#lineOf(queued)).filter((line) => line !== null);
    return items.length > 0 ? { before: this.#envelope, items, after: "]}" } : undefined;
  }

  /** Whether the translation of one of these failed, so that `toBody` leaves it out. */
  hasLosses(batch: readonly QueuedEvent[]): boolean {
    return batch.some((queued) => this.#untranslatable.has(queued));
  }

  /** Makes events smaller, because the server's limit is below the known one; `false` if too little would be left. */
  shorten(batch: readonly QueuedEvent[]): boolean {
    if (this.#maxDataLength <= LEAST_DATA_LENGTH) return false;
    this.#maxDataLength = Math.max(LEAST_DATA_LENGTH, Math.floor(this.#maxDataLength / 2));
    for (const queued of batch) {
      if (queued.line) queued.line = shortenLine(queued.line, this.#maxDataLength);
    }
    return true;
  }

  #lineOf(queued: QueuedEvent): string | null {
    if (queued.line === undefined) {
      queued.line = this.#encode(queued);
      queued.span = undefined;
      queued.event = undefined;
    }
    return queued.line;
  }

  #encode(queued: QueuedEvent): string | null {
    const { event, part, span, type, inherited } = queued;
    try {
      const translated = span && type ? this.#translator.toEvent({ part, span, type, inherited }) : event;
      if (translated === undefined) return null;
      if (translated.ts * 1000 > this.#sinceMs) this.#sinceMs = Date.now();
      return encodeEvent(translated, this.#sinceMs, this.#maxDataLength);
    } catch (error) {
      diag.error("AgentPulse exporter: a span could not be translated", (error as Error | undefined)?.name);
      this.#untranslatable.add(queued);
      return null;
    }
  }
}
