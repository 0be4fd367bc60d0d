import { type Context, context } from "@opentelemetry/api";
import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { CheckpointError, RestoreError } from "../errors.js";
import { callAttributes, type Limits, streamLines } from "../rest/rest.js";
import { type Call, send } from "../rest/transport.js";
import { ProgressSpan } from "../telemetry/progress-span.js";
import { readStreamMessage, type StreamMessage } from "./stream-message.js";

/** An operation that reports its progress line by line, and what its span is called. */
export interface ProgressCall extends Call {
  readonly span: "checkpoint create" | "checkpoint restore";
  readonly purpose: "checkpoint" | "restore";
  readonly checkpointId?: string;
}

/** What the end of an operation is worked out from. Runs inside its span. */
type Conclusion<T> = (messages: readonly StreamMessage[], span: ProgressSpan) => Promise<T>;

/**
 * Runs the operation under one span, which lasts until its result is known. An `error` line, or an end without a
 * terminal line, rejects. Leaving early ends the request; what becomes of the operation is up to the server.
 */
export async function* runProgress<T>(
  config: Config,
  call: ProgressCall,
  limits: Limits,
  conclude: Conclusion<T>,
): AsyncGenerator<StreamMessage, T, undefined> {
  limits.signal?.throwIfAborted();
  const attributes = {
    ...callAttributes(config, call),
    ...(call.checkpointId !== undefined && { "sprites.checkpoint.id": call.checkpointId }),
  };
  using deadline = new Deadline(limits.timeout ?? config.checkpointTimeout, limits.signal);
  const span = new ProgressSpan(config, call.span, attributes, context.active());
  const messages: StreamMessage[] = [];
  try {
    const response = await within(span.context, () => send(config, call, deadline));
    span.set({ "http.response.status_code": response.status });
    for await (const line of streamLines(response, config, deadline)) {
      const message = readStreamMessage(line);
      messages.push(message);
      span.progress(message);
      yield message;
    }
    assertComplete(call.purpose, messages);
    return await within(span.context, () => conclude(messages, span));
  } catch (error) {
    span.failed(error, limits.signal);
    throw error;
  } finally {
    span.end();
  }
}

function assertComplete(purpose: ProgressCall["purpose"], messages: readonly StreamMessage[]): void {
  const last = messages.find(({ type }) => type === "complete" || type === "error");
  if (last?.type === "complete") return;
  const Failure = purpose === "checkpoint" ? CheckpointError : RestoreError;
  if (last === undefined) {
    throw new Failure("the progress stream ended early: the outcome is unknown", { truncated: true });
  }
  throw new Failure(last.error || last.message || "the server reported an error", { body: last.raw });
}

function within<T>(span: Context, work: () => Promise<T>): Promise<T> {
  return context.with(span, work);
}
