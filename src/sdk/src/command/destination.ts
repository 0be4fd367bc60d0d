import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** What a backend said, as a sentence without its subject. */
export interface Answer {
  readonly ok: boolean;
  readonly says: string;
}

/** A place where telemetry goes. */
export interface Destination {
  readonly name: string;
  /** Without what may be a password. */
  readonly address: string;
  /** Nobody asked for it, and `init` would not miss it either. */
  readonly optional?: boolean;
  /** Whether it would take data from here, credentials included; it is given none. Never rejects. */
  ask(signal: AbortSignal): Promise<Answer>;
  /** Sends a finished span, where spans go. Never rejects. */
  send?(span: ReadableSpan, signal: AbortSignal): Promise<Answer>;
}

/** What keeps a request from being answered: the code of a system error says most and holds no address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return "no answer in time";
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string") return code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
