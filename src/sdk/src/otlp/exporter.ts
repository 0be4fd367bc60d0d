import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { Log } from "../log.js";
import { postBeforeExit } from "./last-post.js";
import { DeliveryReport } from "./report.js";
import type { OtlpSettings, Signal } from "./settings.js";
import type { Transport } from "./transport.js";

/** The answer of a collector that took only a part of a batch. */
interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string } | null;
}

/** Loads what turns a batch into a body. */
export type LoadSerializer<Batch> = () => ISerializer<Batch, PartialSuccess>;

interface Connection<Batch> {
  readonly serializer: ISerializer<Batch, PartialSuccess>;
  readonly transport: Transport;
}

/**
 * OTLP over HTTP for any signal. What cannot be delivered is dropped and reported once; the processor above
 * hears of success, because it would log every batch again.
 */
export class OtlpExporter<Batch> {
  readonly #settings: OtlpSettings;
  readonly #load: LoadSerializer<Batch>;
  readonly #report: DeliveryReport;
  readonly #hurry = new AbortController();
  #cut = new AbortController();
  readonly #sending = new Map<Promise<void>, Batch>();
  #connection: Promise<Connection<Batch>> | undefined;

  constructor(signal: Signal, settings: OtlpSettings, load: LoadSerializer<Batch>, log: Log) {
    this.#settings = settings;
    this.#load = load;
    this.#report = new DeliveryReport(signal, settings.url, log);
  }

  export(batch: Batch, done: (result: ExportResult) => void): void {
    const sending = this.#send(batch)
      .catch((error: unknown) => this.#report.refused(reasonOf(error)))
      .finally(() => {
        this.#sending.delete(sending);
        done({ code: ExportResultCode.SUCCESS });
      });
    this.#sending.set(sending, batch);
  }

  /** Resolves when every batch handed over so far was delivered or dropped. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending.keys());
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    (await this.#connection)?.transport.close();
  }

  /** The process ends: nothing waits for a retry any more. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** The process cannot wait longer: requests under way are given up. It may go on all the same, and so do we. */
  abort(): void {
    this.#cut.abort();
    this.#cut = new AbortController();
  }

  /**
   * The process exits at once: what has not arrived is sent from another thread while this one waits. A batch
   * whose answer was under way arrives twice; span ids tell.
   */
  postLeftovers(timeoutMs: number): void {
    const deadline = performance.now() + timeoutMs;
    try {
      for (const batch of this.#sending.values()) {
        const remainingMs = deadline - performance.now();
        if (remainingMs <= 0 || this.#report.isFailing) return;
        const body = this.#load().serializeRequest(batch);
        if (body != null && !postBeforeExit(this.#settings, body, remainingMs)) return;
      }
    } catch (error) {
      // Where Node forbids threads, for example.
      this.#report.leftBehind(reasonOf(error));
    }
  }

  /** With the first batch: loading this costs an application as much start-up time as the rest of OpenTelemetry. */
  async #connect(): Promise<Connection<Batch>> {
    const serializer = this.#load();
    const [{ httpTransport }, { retrying }] = await Promise.all([
      import("./transport.js"),
      import("./retrying.js"),
    ]);
    return { serializer, transport: retrying(httpTransport(this.#settings), this.#hurry.signal) };
  }

  async #send(batch: Batch): Promise<void> {
    this.#connection ??= this.#connect();
    const { serializer, transport } = await this.#connection;
    const body = serializer.serializeRequest(batch);
    if (body == null) return;
    const deadline = AbortSignal.timeout(this.#settings.timeoutMs);
    const outcome = await transport.send(body, AbortSignal.any([deadline, this.#cut.signal]));
    if (outcome.kind === "refused") this.#report.refused(outcome.reason);
    else if (outcome.kind === "retry") this.#report.unreachable(outcome.reason);
    else this.#report.delivered(readRejection(serializer, outcome.body));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readRejection(serializer: ISerializer<never, PartialSuccess>, body: Uint8Array): string | undefined {
  if (body.byteLength === 0) return undefined;
  try {
    return serializer.deserializeResponse(body).partialSuccess?.errorMessage || undefined;
  } catch {
    // Some receivers answer `ok` or an HTML page; the status has already said what counts.
    return undefined;
  }
}
