import { type Batch, toBatches } from "./batches.js";
import { decodeEvent, type EncodedEvent } from "./encoded-event.js";
import { CatSyphonError, NonRetryableError } from "./errors.js";
import type { CollectorHttp, ListBody } from "./http.js";
import { type EventsResponse, readEventsResponse, readSessionStatus } from "./responses.js";
import type { WireEvent } from "./wire-event.js";

const EVENTS = "/collectors/events";

/** For one batch, which may take several requests. */
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
    const batches = toBatches(events);
    for (const batch of batches) {
      const response = await this.#sendBatch(sessionId, batch, { batches, events }, options.signal);
      total = {
        ...response,
        accepted: total.accepted + response.accepted,
        warnings: [...total.warnings, ...response.warnings],
      };
      options.onAccepted?.(batch.events.length);
    }
    return total;
  }

  /** Sends no more events than one request takes. */
  async sendEncoded(
    sessionId: string,
    encoded: readonly EncodedEvent[],
    signal: AbortSignal | undefined,
  ): Promise<EventsResponse> {
    try {
      return await this.#post(sessionId, piecesOf(encoded), signal);
    } catch (error) {
      if (!isGap(error)) throw error;
      const events = encoded.map(decodeEvent);
      await this.#closeGap(sessionId, error, events, events);
      return await this.#post(
        sessionId,
        events.map((event) => JSON.stringify(event)),
        signal,
      );
    }
  }

  async #sendBatch(
    sessionId: string,
    batch: Batch,
    all: { readonly batches: readonly Batch[]; readonly events: readonly WireEvent[] },
    signal: AbortSignal | undefined,
  ): Promise<EventsResponse> {
    try {
      return await this.#post(sessionId, batch.lines, signal);
    } catch (error) {
      if (!isGap(error)) throw error;
      await this.#closeGap(sessionId, error, batch.events, all.events);
      for (const each of all.batches) each.lines = each.events.map((event) => JSON.stringify(event));
      return await this.#post(sessionId, batch.lines, signal);
    }
  }

  /** Numbers a batch, and all after it, as the server asks for. Nothing of the batch was stored. */
  async #closeGap(
    sessionId: string,
    gap: CatSyphonError,
    batch: readonly WireEvent[],
    all: readonly WireEvent[],
  ): Promise<void> {
    const last = readLastSequence(gap) ?? (await this.#status(sessionId))?.lastSequence ?? 0;
    renumber(batch, all, last + 1);
  }

  /** What `sendEncoded` would send. */
  toPost(sessionId: string, encoded: readonly EncodedEvent[]) {
    return this.#http.toPost(EVENTS, toBody(sessionId, piecesOf(encoded)));
  }

  async #post(sessionId: string, events: ListBody["items"], signal: AbortSignal | undefined) {
    const list = toBody(sessionId, events);
    return readEventsResponse(await this.#http.request({ method: "POST", path: EVENTS, list, signal }));
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

function toBody(sessionId: string, items: ListBody["items"]): ListBody {
  return { before: `{"session_id":${JSON.stringify(sessionId)},"events":[`, items, after: "]}" };
}

function piecesOf(events: readonly EncodedEvent[]): ListBody["items"] {
  return events.map(({ pieces }) => pieces);
}

/** Old servers insist on gapless numbers. */
function isGap(error: unknown): error is CatSyphonError {
  return error instanceof CatSyphonError && error.statusCode === 409;
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
