import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { Log } from "../log.js";
import { DeliveryReport } from "./report.js";
import { retrying } from "./retrying.js";
import type { OtlpSettings, Signal } from "./settings.js";
import { httpTransport, type Transport } from "./transport.js";

/** The answer of a collector that took only a part of a batch. */
interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string } | null;
}

/** How a batch becomes a body. Loaded with the first batch: it costs as much as the rest of OpenTelemetry. */
export type LoadSerializer<Batch> = () => Promise<ISerializer<Batch, PartialSuccess>>;

/**
 * OTLP over HTTP for any signal. What cannot be delivered is dropped and reported once; the processor above
 * hears of success, because it would log every batch again.
 */
export class OtlpExporter<Batch> {
  readonly #settings: OtlpSettings;
  readonly #load: LoadSerializer<Batch>;
  readonly #report: DeliveryReport;
  readonly #transport: Transport;
  readonly #hurry = new AbortController();
  readonly #cut = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #serializer: Promise<ISerializer<Batch, PartialSuccess>> | undefined;

  constructor(signal: Signal, settings: OtlpSettings, load: LoadSerializer<Batch>, log: Log) {
    this.#settings = settings;
    this.#load = load;
    this.#report = new DeliveryReport(signal, settings.url, log);
    this.#transport = retrying(httpTransport(settings), this.#hurry.signal);
  }

  export(batch: Batch, done: (result: ExportResult) => void): void {
    const sending = this.#send(batch)
      .catch((error: unknown) => this.#report.refused(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#sending.delete(sending);
        done({ code: ExportResultCode.SUCCESS });
      });
    this.#sending.add(sending);
  }

  /** Resolves when every batch handed over so far was delivered or dropped. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#transport.close();
  }

  /** The process ends: nothing waits for a retry any more. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** The process cannot wait longer: requests under way are given up. */
  abort(): void {
    this.#cut.abort();
  }

  async #send(batch: Batch): Promise<void> {
    this.#serializer ??= this.#load();
    const serializer = await this.#serializer;
    const body = serializer.serializeRequest(batch);
    if (body == null) return;
    const deadline = AbortSignal.timeout(this.#settings.timeoutMs);
    const outcome = await this.#transport.send(body, AbortSignal.any([deadline, this.#cut.signal]));
    if (outcome.kind === "refused") this.#report.refused(outcome.reason);
    else if (outcome.kind === "retry") this.#report.unreachable(outcome.reason);
    else this.#report.delivered(readRejection(serializer, outcome.body));
  }
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
