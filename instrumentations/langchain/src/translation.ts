import type { ResponseFacts } from "@kit/genai";
import type { OperationEnd, Recorder } from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";

/** When a run gets its record: some show late what they are, and a model's call may be a client's to record. */
export type When =
  | "at once"
  | "with its first child"
  | "with its first model"
  | "if nobody else does"
  | "never";

/** Where a record begins; `startedAt` if that was earlier than now. */
export interface Beginning {
  readonly parent: Context;
  readonly startedAt: { readonly time: number; readonly mark: number } | undefined;
}

/** What a run means in the conventions' words, as its kind translates it. */
export interface Translation {
  readonly when: When;
  /** Begins the record; `node` is the one that the first child began in. */
  record(at: Beginning, node: unknown): Recorder;
  /** Completes the context of its span. */
  within?(context: Context): Context;
  /** A piece of its answer came. */
  chunk?(piece: unknown): void;
  /** What it answered, where a callback does not tell all of it. */
  answer?(end: OperationEnd): ResponseFacts | undefined;
}
