import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";

/** What a backend answered, as a sentence without its subject. */
export interface Answer {
  readonly ok: boolean;
  readonly says: string;
}

/** A place where telemetry goes. */
export interface Destination {
  readonly name: string;
  /** Without what may be a password. */
  readonly address: string;
  /** Used by default while another backend is configured: `init` does not complain when it is missing, either. */
  readonly optional?: boolean;
  /** Asks whether it would accept data from here with these credentials; sends none. Never rejects. */
  ask(signal: AbortSignal): Promise<Answer>;
  /** Sends a finished span, where spans go. Never rejects. */
  send?(span: ReadableSpan, signal: AbortSignal): Promise<Answer>;
}

/** Sends a span by an exporter that counts what it drops. */
export async function sendBy(
  exporter: SpanExporter & { readonly droppedEvents: number },
  span: ReadableSpan,
): Promise<Answer> {
  await new Promise<void>((resolve) => exporter.export([span], () => resolve()));
  await exporter.shutdown();
  return exporter.droppedEvents === 0
    ? { ok: true, says: "accepted it" }
    : { ok: false, says: "did not accept it" };
}

/** Why a request failed. The code of a system error says most, and holds no address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return "no answer in time";
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string") return code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
