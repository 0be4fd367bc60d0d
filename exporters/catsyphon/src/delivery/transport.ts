import {
  AuthenticationError,
  CatSyphonError,
  type CollectorClient,
  type EncodedEvent,
  NonRetryableError,
} from "@kit/catsyphon";
import type { Outcome, Transport } from "@kit/delivery";
import type { LastRequest } from "@kit/delivery/last-post";
import { diag } from "@opentelemetry/api";
import type { QueuedEvent } from "../session/queued-event.js";
import type { Connection } from "./connection.js";
import type { EventEncoder } from "./event-encoder.js";

const REFUSED_FOR_MS = 300_000;

/** Sends the events of one session with one request, and reads the server's answer. */
export class CatSyphonTransport implements Transport<QueuedEvent> {
  readonly #connect: () => Promise<CollectorClient>;
  readonly #pauseMs: number;
  readonly #encoder: EventEncoder;
  #client: Promise<CollectorClient> | undefined;
  /** The same, when it is there. */
  #connected: CollectorClient | undefined;
  #failing = false;
  #complainedAt = Number.NEGATIVE_INFINITY;

  /** @param pauseMs how long to leave a server alone that cannot be reached */
  constructor({ connect, client }: Connection, pauseMs: number, encoder: EventEncoder) {
    this.#encoder = encoder;
    this.#connect = connect;
    this.#connected = client;
    this.#pauseMs = pauseMs;
  }

  /** The requests for events that cannot be awaited any more; none when the server is known to take none. */
  toLastRequests(events: readonly QueuedEvent[]): LastRequest[] {
    const client = this.#connected;
    if (client === undefined || this.#failing) return [];
    const bySession = new Map<string, EncodedEvent[]>();
    for (const event of events) {
      const { sessionId } = event.session;
      const lines = bySession.get(sessionId) ?? [];
      if (lines.length === 0) bySession.set(sessionId, lines);
      lines.push(this.#encoder.encode(event));
    }
    return Array.from(bySession, ([sessionId, lines]) => client.toEncodedRequests(sessionId, lines)).flat();
  }

  async send(batch: readonly QueuedEvent[], signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.#send(batch, signal);
    this.#failing = outcome.kind === "retry" || outcome.kind === "hold";
    return outcome;
  }

  async #send(batch: readonly QueuedEvent[], signal: AbortSignal): Promise<Outcome> {
    try {
      // Asked for once, whichever sessions wait for it.
      this.#client ??= this.#register();
      const client = await this.#client;
      const sessionId = batch[0]?.session.sessionId ?? "";
      const encoded = batch.map((event) => this.#encoder.encode(event));
      await client.sendEncoded(sessionId, encoded, { signal });
      return { kind: "delivered" };
    } catch (error) {
      return this.#judge(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #register(): Promise<CollectorClient> {
    try {
      this.#connected = await this.#connect();
      return this.#connected;
    } catch (error) {
      this.#client = undefined;
      // Nothing can be sent without a collector, and asking again at once would not help.
      if (!(error instanceof NonRetryableError)) throw error;
      throw new AuthenticationError(error.message, { statusCode: error.statusCode, cause: error });
    }
  }

  #judge(cause: Error): Outcome {
    const error = new Error(describe(cause), { cause });
    if (cause instanceof AuthenticationError) {
      this.#complain(error);
      return { kind: "hold", error, forMs: REFUSED_FOR_MS, batch: "drop", queue: "drop" };
    }
    if (cause instanceof NonRetryableError) return judgeRefusal(cause, error);
    // Some value that the server did not foresee is as likely as a server in trouble.
    if (cause instanceof CatSyphonError && cause.statusCode === 500) {
      return { kind: "retry", error, otherwise: { kind: "poisoned", error } };
    }
    // Refused before it was sent: an event that has no form the server could take.
    if (cause instanceof TypeError) return { kind: "poisoned", error };
    const afterMs = cause instanceof CatSyphonError ? cause.retryAfterMs : undefined;
    return {
      kind: "retry",
      error,
      ...(afterMs === undefined ? {} : { afterMs }),
      otherwise: { kind: "hold", error, forMs: this.#pauseMs, batch: "keep", queue: "keep" },
    };
  }

  /** Requests of other sessions under way meet the same refusal. */
  #complain(error: Error): void {
    if (performance.now() - this.#complainedAt < REFUSED_FOR_MS) return;
    this.#complainedAt = performance.now();
    diag.error(`CatSyphon refuses the credentials; events are dropped for 5 minutes: ${error.message}`);
  }
}

/** What may stand in a log: validation errors repeat the values they complain of, and those are content. */
function describe(error: Error): string {
  if (!(error instanceof CatSyphonError) || error.statusCode === undefined) return error.message;
  const { statusCode, detail } = error;
  if (typeof detail === "string") return `HTTP ${statusCode}: ${detail}`;
  const [first] = Array.isArray(detail) ? (detail as { loc?: unknown; msg?: unknown }[]) : [];
  const where = Array.isArray(first?.loc) ? first.loc.join(".") : "";
  return [`HTTP ${statusCode}`, where, first?.msg].filter((word) => word).join(" ");
}

function judgeRefusal({ statusCode }: NonRetryableError, error: Error): Outcome {
  if (statusCode === 413) return { kind: "oversize", error };
  const aboutContent = statusCode === 400 || statusCode === 422;
  return { kind: aboutContent ? "poisoned" : "refused", error };
}
