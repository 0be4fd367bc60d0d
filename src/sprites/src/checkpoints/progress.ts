import { type Context, context } from "@opentelemetry/api";
import { readLimits } from "../arguments.js";
import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { ConnectionError, TimeoutError } from "../errors.js";
import { ERROR_CLASSES, toLineError } from "../rest/failure.js";
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

/** Works out the result from the lines. Runs inside the span. */
type Conclusion<T> = (messages: readonly StreamMessage[], span: ProgressSpan) => Promise<T>;

/**
 * Runs the operation under one span, which lasts until its result is known. An `error` line, or an end without a
 * terminal line, rejects. Leaving early ends the request; what becomes of the operation is up to the server.
 */
export async function* runProgress<T>(
  config: Config,
  call: ProgressCall,
  given: Limits,
  conclude: Conclusion<T>,
): AsyncGenerator<StreamMessage, T, undefined> {
  const limits = readLimits(given);
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
    try {
      for await (const line of streamLines(response, config, deadline)) {
        const message = readStreamMessage(line);
        messages.push(message);
        span.progress(message);
        yield message;
      }
    } catch (error) {
      if (!isDecidedByLines(error, messages)) throw error;
    }
    assertComplete(config, call.purpose, messages);
    return await within(span.context, () => conclude(messages, span));
  } catch (error) {
    span.failed(error, limits.signal);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Whether the lines so far decide the outcome, and not the error that ended them. A stream that breaks off without a
 * terminal line is truncated; after a terminal line, nothing that matters comes.
 */
function isDecidedByLines(error: unknown, messages: readonly StreamMessage[]): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof TimeoutError && findTerminal(messages) !== undefined;
}

function findTerminal(messages: readonly StreamMessage[]): StreamMessage | undefined {
  return messages.find(({ type }) => type === "complete" || type === "error");
}

function assertComplete(
  config: Config,
  purpose: ProgressCall["purpose"],
  messages: readonly StreamMessage[],
): void {
  const last = findTerminal(messages);
  if (last?.type === "complete") return;
  if (last === undefined) {
    throw new ERROR_CLASSES[purpose]("the progress stream ended early: the outcome is unknown", {
      truncated: true,
    });
  }
  throw toLineError(last.raw, purpose, config);
}

function within<T>(span: Context, work: () => Promise<T>): Promise<T> {
  return context.with(span, work);
}
