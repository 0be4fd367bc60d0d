import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { Log } from "../log.js";
import type { Divide } from "./division.js";
import { postBodiesBeforeExit } from "./last-post.js";
import { DeliveryReport } from "./report.js";
import type { OtlpSettings, Signal } from "./settings.js";
import type { Outcome, Transport } from "./transport.js";

/**
 * Most characters in one request. A collector accepts 20 MiB and loses all of a larger body; other receivers stop at 4 or
 * 5 MiB. Encoding this much blocks the event loop for ten milliseconds rather than hundreds.
 */
const LARGEST_REQUEST = 1_000_000;
const SMALLEST_REQUEST = 1_000;
const NOTHING = new Uint8Array();

/** The answer of a collector that accepted only a part of a batch. */
interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string } | null;
}

/** Loads the serializer that encodes a batch. */
export type LoadSerializer<Batch> = () => ISerializer<Batch, PartialSuccess>;

/** How batches of one signal are encoded and divided. */
interface Encoding<Batch> {
  readonly load: LoadSerializer<Batch>;
  readonly divide: Divide<Batch>;
}

interface Connection<Batch> {
  readonly serializer: ISerializer<Batch, PartialSuccess>;
  readonly transport: Transport;
}

/**
 * OTLP over HTTP for any signal. Batches that cannot be delivered are dropped and reported once; the processor above is
 * always told of success, because it would log every failed batch again.
 */
export class OtlpExporter<Batch> {
  readonly #settings: OtlpSettings;
  readonly #load: LoadSerializer<Batch>;
  readonly #divide: Divide<Batch>;
  readonly #report: DeliveryReport;
  #hurry = new AbortController();
  #cut = new AbortController();
  /** Exports under way, each with the parts that have not been delivered. */
  readonly #sending = new Map<Promise<void>, Batch[]>();
  #connection: Promise<Connection<Batch>> | undefined;
  /** Lowered when the collector says that a request was too large. */
  #largest = LARGEST_REQUEST;

  constructor(signal: Signal, settings: OtlpSettings, { load, divide }: Encoding<Batch>, log: Log) {
    this.#settings = settings;
    this.#load = load;
    this.#divide = divide;
    this.#report = new DeliveryReport(signal, settings.url, log);
  }

  export(batch: Batch, done: (result: ExportResult) => void): void {
    const rest = [batch];
    const sending = this.#sendAll(rest)
      .catch((error: unknown) => this.#report.refused(reasonOf(error)))
      .finally(() => {
        this.#sending.delete(sending);
        done({ code: ExportResultCode.SUCCESS });
      });
    this.#sending.set(sending, rest);
  }

  /** Resolves when every batch handed over so far was delivered or dropped. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending.keys());
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    (await this.#connection)?.transport.close();
  }

  /** Ends all waits between retries, because the process is ending. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Gives up requests under way, because the process cannot wait longer. If it goes on nevertheless, so does the exporter. */
  abort(): void {
    this.#cut.abort();
    this.#cut = new AbortController();
    this.#hurry = new AbortController();
  }

  /**
   * Sends whatever has not been delivered from another thread while this one waits, because the process is exiting. A batch
   * whose answer was under way arrives twice; its span ids are the same.
   */
  postLeftovers(timeoutMs: number): void {
    const rest = [...this.#sending.values()].flat();
    if (rest.length === 0 || this.#report.isFailing) return;
    try {
      this.#cutUp(rest);
      const serializer = this.#load();
      const requests = rest.flatMap((part) => {
        const body = serializer.serializeRequest(part);
        return body == null ? [] : { part, body };
      });
      if (requests.length === 0) return;
      const bodies = requests.map(({ body }) => body);
      const outcomes = postBodiesBeforeExit(this.#settings, bodies, timeoutMs);
      for (const [index, outcome] of outcomes.entries()) {
        this.#tell(requests[index]?.part, outcome, serializer);
      }
    } catch (error) {
      // Where Node forbids threads, for example.
      this.#report.leftBehind(reasonOf(error));
    }
  }

  /** Called with the first batch, because loading this takes as long as starting the rest of OpenTelemetry. */
  async #connect(): Promise<Connection<Batch>> {
    const serializer = this.#load();
    const [{ httpTransport }, { retrying }] = await Promise.all([
      import("./transport.js"),
      import("./retrying.js"),
    ]);
    return { serializer, transport: retrying(httpTransport(this.#settings), () => this.#hurry.signal) };
  }

  /** Sends one part after another, each in its own turn; `rest` holds those not yet delivered. */
  async #sendAll(rest: Batch[]): Promise<void> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    const cut = this.#cut.signal;
    this.#cutUp(rest);
    for (let [part] = rest; part !== undefined; [part] = rest) {
      const outcome = await this.#post(part, connection, cut);
      if (outcome.kind === "refused" && outcome.tooLarge && this.#learn(part)) this.#cutUp(rest);
      else {
        rest.shift();
        this.#tell(part, outcome, connection.serializer);
      }
      // If one part cannot reach the collector, neither can the others.
      if (outcome.kind === "retry") return;
      if (rest.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #cutUp(rest: Batch[]): void {
    rest.push(...rest.splice(0).flatMap((batch) => this.#divide(batch, this.#largest)));
  }

  /** Lowers the limit so far that a part which was too large becomes several; `false` if it is a single item. */
  #learn(part: Batch): boolean {
    for (let largest = this.#largest / 2; largest > SMALLEST_REQUEST; largest /= 2) {
      if (this.#divide(part, largest).length === 1) continue;
      this.#largest = largest;
      return true;
    }
    return false;
  }

  async #post(part: Batch, { serializer, transport }: Connection<Batch>, cut: AbortSignal): Promise<Outcome> {
    const body = serializer.serializeRequest(part);
    if (body == null) return { kind: "delivered", body: NOTHING };
    const deadline = AbortSignal.timeout(this.#settings.timeoutMs);
    return transport.send(body, AbortSignal.any([deadline, cut]));
  }

  #tell(part: unknown, outcome: Outcome, serializer: Connection<Batch>["serializer"]): void {
    if (outcome.kind === "refused") this.#report.refused(outcome.reason);
    else if (outcome.kind === "retry") this.#report.unreachable(outcome.reason);
    else this.#report.delivered(sizeOf(part), readRejection(serializer, outcome.body));
  }
}

/** Number of spans or log records; metrics are one object. */
function sizeOf(batch: unknown): number {
  return Array.isArray(batch) ? batch.length : 1;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why a collector that accepted a request rejected a part of it. */
export function readRejection(
  serializer: ISerializer<never, PartialSuccess>,
  body: Uint8Array,
): string | undefined {
  if (body.byteLength === 0) return undefined;
  try {
    return serializer.deserializeResponse(body).partialSuccess?.errorMessage || undefined;
  } catch {
    // Some receivers answer `ok` or an HTML page; the status has already said what counts.
    return undefined;
  }
}
