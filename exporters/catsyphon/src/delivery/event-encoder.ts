import { type EncodedEvent, encodeEvent, formatMicros } from "@kit/catsyphon";
import type { QueuedEvent } from "../session/queued-event.js";

/** Completes the JSON of events, once each: to know their size, and to send them however often. */
export class EventEncoder {
  readonly #times = new TimeFormat();

  encode(event: QueuedEvent): EncodedEvent {
    if (event.encoded) return event.encoded;
    event.encoded = encodeEvent({
      sequence: event.sequence,
      type: event.type,
      emittedAt: this.#times.format(event.micros),
      observedAt: this.#times.format(Date.now() * 1000),
      eventHash: event.hash,
      data: event.data,
    });
    return event.encoded;
  }
}

const SECOND_MICROS = 1_000_000;
/** `123456Z` */
const FRACTION_LENGTH = 7;

/** Writes times of which most fall into the second of the one before. */
class TimeFormat {
  #second = Number.NaN;
  #text = "";

  format(micros: number): string {
    const second = Math.floor(micros / SECOND_MICROS);
    if (second !== this.#second) {
      this.#text = formatMicros(second * SECOND_MICROS).slice(0, -FRACTION_LENGTH);
      this.#second = second;
    }
    // Filled up from the left: 1000042 becomes 000042.
    return `${this.#text}${String(SECOND_MICROS + micros - second * SECOND_MICROS).slice(1)}Z`;
  }
}
