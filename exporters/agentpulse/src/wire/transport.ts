import { type HttpAnswer, HttpPoster, type Outcome, type Transport } from "@kit/delivery";
import type { LastRequest } from "@kit/delivery/last-post";
import type { QueuedEvent } from "../event/queued-event.js";
import type { Log } from "../log.js";
import { isAboutData, readAnswer } from "./answers.js";
import type { EventEncoder } from "./event-encoder.js";
import type { ServerRequest } from "./server-request.js";

export interface TransportOptions {
  readonly request: ServerRequest;
  readonly compression: "auto" | "gzip" | "none";
  readonly encoder: EventEncoder;
  readonly log: Log;
  /** What becomes of events that wait while the server takes none. */
  readonly queueOnHold: "keep" | "drop";
  /** Called once, if the server refuses the key or does not know the address. */
  readonly onRefused: (error: Error) => void;
}

/** Posts batches to the server and interprets its answers. */
export class AgentPulseTransport implements Transport<QueuedEvent> {
  readonly #options: TransportOptions;
  readonly #poster: HttpPoster;
  #failing = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { url, headers } = options.request;
    this.#poster = new HttpPoster({ url: `${url}/v1/ingest`, headers, compression: options.compression });
  }

  /** The request for events that cannot be awaited any more, or none if they have no data. */
  toLastRequests(batch: readonly QueuedEvent[]): LastRequest[] {
    const body = this.#options.encoder.toBody(batch);
    return body === undefined ? [] : [this.#poster.toLastRequest(body)];
  }

  /** Whether the last batch got no answer, or was told to come back later. */
  get isFailing(): boolean {
    return this.#failing;
  }

  async send(batch: readonly QueuedEvent[], signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.#send(batch, signal);
    this.#failing = outcome.kind === "retry" || outcome.kind === "hold";
    const { log, onRefused } = this.#options;
    if (outcome.kind === "hold" && outcome.forMs === Number.POSITIVE_INFINITY) onRefused(outcome.error);
    if (outcome.kind === "delivered") log.debug(`flushed ${batch.length} events`);
    else log.debug(`${batch.length} events not accepted (${outcome.kind}): ${outcome.error.message}`);
    return outcome;
  }

  async #send(batch: readonly QueuedEvent[], signal: AbortSignal): Promise<Outcome> {
    const { encoder, queueOnHold } = this.#options;
    try {
      for (;;) {
        const body = encoder.toBody(batch);
        // The queue finds it, counts it as dropped, and sends the others.
        if (encoder.hasLosses(batch))
          return { kind: "poisoned", error: new Error("it cannot be translated") };
        if (body === undefined) return { kind: "delivered" };
        const answer = await this.#poster.post(body, signal);
        // The server's limit for an event is below the known one: all are made smaller and sent again.
        if (isAboutData(answer) && encoder.shorten(batch)) continue;
        return this.#judge(answer, batch, queueOnHold);
      }
    } catch (error) {
      return { kind: "retry", error: describeFailure(error) };
    }
  }

  #judge(answer: HttpAnswer, batch: readonly QueuedEvent[], queueOnHold: "keep" | "drop"): Outcome {
    const outcome = readAnswer(answer, () => this.#sizeOf(batch), queueOnHold);
    // A single event that is too large says nothing about how large a batch may be.
    if (outcome.kind === "oversize" && batch.length === 1) return { kind: "oversize", error: outcome.error };
    return outcome;
  }

  #sizeOf(batch: readonly QueuedEvent[]): number {
    const { encoder } = this.#options;
    return batch.reduce((size, queued) => size + encoder.sizeOf(queued), encoder.envelopeBytes);
  }
}

/** A lost connection keeps the code of the system error in its cause. */
function describeFailure(error: unknown): Error {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const code = (cause as { code?: unknown } | undefined)?.code;
  return new Error(typeof code === "string" ? `${message} (${code})` : message);
}
