import type { ResponseFacts } from "@kit/genai";
import type { OperationEnd, Recorder } from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";

/** When a run's record starts: some runs show late what they are, and a client may claim a model call. */
export type When =
  | "at once"
  | "with its first child"
  | "with its first model"
  | "with a function's call"
  | "if nobody else does"
  | "never";

/** Where a record starts, and when, if that was earlier than now. */
export interface Beginning {
  readonly parent: Context;
  readonly startedAt: { readonly time: number; readonly mark: number } | undefined;
}

/** What one kind of run means in terms of the conventions. */
export interface Translation {
  readonly when: When;
  /** Starts the record; `node` is the graph node that the first child started in. */
  record(at: Beginning, node: unknown): Recorder;
  /** Adds to the context of its span. */
  within?(context: Context): Context;
  chunk?(piece: unknown): void;
  /** The answer, if the end callback does not hold all of it. */
  answer?(end: OperationEnd): ResponseFacts | undefined;
}
