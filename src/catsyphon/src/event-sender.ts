import { toBatches } from "./batches.js";
import { CatSyphonError, NonRetryableError } from "./errors.js";
import type { CollectorHttp } from "./http.js";
import { type EventsResponse, readEventsResponse, readSessionStatus } from "./responses.js";
import type { WireEvent } from "./wire-event.js";

export interface SendOptions {
  /** Gives up with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each accepted request how many events it held. */
  readonly onAccepted?: (count: number) => void;
}

/** Sends wire events of one session in order, in as many requests as the limits ask for. */
export class EventSender {
  readonly #http: CollectorHttp;

  constructor(http: CollectorHttp) {
    this.#http = http;
  }

  async send(sessionId: string, events: readonly WireEvent[], options: SendOptions): Promise<EventsResponse> {
    let total: EventsResponse = { accepted: 0, lastSequence: null, conversationId: "", warnings: [] };
    for (const batch of toBatches(events)) {
      const response = await this.#sendBatch(sessionId, batch, events, options.signal);
      total = {
        ...response,
        accepted: total.accepted + response.accepted,
        warnings: [...total.warnings, ...response.warnings],
      };
      options.onAccepted?.(batch.length);
    }
    return total;
  }

  async #sendBatch(
    sessionId: string,
    batch: readonly WireEvent[],
    all: readonly WireEvent[],
    signal: AbortSignal | undefined,
  ): Promise<EventsResponse> {
    try {
      return await this.#post(sessionId, batch, signal);
    } catch (error) {
      if (!(error instanceof CatSyphonError) || error.statusCode !== 409) throw error;
      // Old servers insist on gapless numbers. Nothing of the batch was stored.
      const last = readLastSequence(error) ?? (await this.#status(sessionId))?.lastSequence ?? 0;
      renumber(batch, all, last + 1);
      return await this.#post(sessionId, batch, signal);
    }
  }

  async #post(sessionId: string, batch: readonly WireEvent[], signal: AbortSignal | undefined) {
    const body = { session_id: sessionId, events: batch };
    return readEventsResponse(
      await this.#http.request({ method: "POST", path: "/collectors/events", body, signal }),
    );
  }

  async #status(sessionId: string) {
    const path = `/collectors/sessions/${encodeURIComponent(sessionId)}`;
    try {
      return readSessionStatus(await this.#http.request({ method: "GET", path }));
    } catch (error) {
      if (error instanceof NonRetryableError && error.statusCode === 404) return undefined;
      throw error;
    }
  }
}

/** Shifts the numbers of the batch and of everything after it. */
function renumber(batch: readonly WireEvent[], all: readonly WireEvent[], first: number): void {
  const from = batch[0]?.sequence ?? first;
  const waiting = all.filter((event) => event.sequence >= from);
  for (const event of new Set([...batch, ...waiting])) event.sequence += first - from;
}

function readLastSequence(error: CatSyphonError): number | undefined {
  let body: unknown = error.detail;
  try {
    if (typeof body !== "object" || body === null) body = JSON.parse(error.body ?? "");
  } catch {
    return undefined;
  }
  const last = (body as { last_received_sequence?: unknown } | null)?.last_received_sequence;
  return typeof last === "number" ? last : undefined;
}
