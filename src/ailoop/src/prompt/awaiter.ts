import { type Link, type Span, trace } from "@opentelemetry/api";
import type { WaitOptions } from "../calls/options.js";
import { TimeoutError } from "../errors.js";
import type { ResponseContent, ResponseType } from "../model/content.js";
import type { Message } from "../model/message.js";
import { readSelection, type Selection } from "../model/prompt.js";
import { ATTR, EVENT } from "../telemetry/attributes.js";
import type { Operation } from "../telemetry/operation.js";
import { safely } from "../telemetry/safely.js";
import { SpanKind, type Telemetry } from "../telemetry/telemetry.js";
import { now, onAbort, secondsBetween, startTimer } from "../timing.js";
import type { ServerApi } from "../transport/server-api.js";
import type { ViewerLink } from "../transport/viewer-link.js";
import type { Answer, Answers, Prompt } from "./answers.js";

/** The server's queue times out a prompt itself; this gives its answer the time to arrive first. */
const QUEUE_GRACE_MS = 2_000;
/** How long the last look into the history may take at the deadline. */
const LAST_LOOK_MS = 2_000;
/** How long an abort waits for the server to close the prompt. The request goes on behind it. */
const CLOSE_PATIENCE_MS = 2_000;

/** A person's answer, or the server's verdict that none came. */
export interface ResponseMessage extends Message<ResponseContent> {
  /** The option that was picked, where there were options. */
  readonly selection?: Selection | undefined;
  /** Link to the span of the wait, for the span of what the answer allowed. Not enumerable; absent without tracing. */
  readonly link?: Link | undefined;
}

const OUTCOMES: Readonly<Record<ResponseType, string>> = {
  authorization_approved: "approved",
  authorization_denied: "denied",
  text: "answered",
  timeout: "timeout",
  cancelled: "cancelled",
};

/** Waits for the answers to prompts and records each wait. */
export class Awaiter {
  readonly #api: ServerApi;
  readonly #viewer: ViewerLink;
  readonly #answers: Answers;
  readonly #telemetry: Telemetry;

  constructor(api: ServerApi, viewer: ViewerLink, answers: Answers, telemetry: Telemetry) {
    this.#api = api;
    this.#viewer = viewer;
    this.#answers = answers;
    this.#telemetry = telemetry;
  }

  /** The prompt must be known to `Answers`. The span of the wait is as long as the person took. */
  async wait(prompt: Prompt, options: WaitOptions): Promise<ResponseMessage> {
    const waiting = trace.getActiveSpan();
    const operation = this.#start(prompt);
    try {
      const answer = await this.#answer(prompt, options);
      const response = this.#finish(prompt, answer, operation, waiting);
      operation.end(prompt.sentAt.epochMs + secondsBetween(prompt.sentAt, answer.at) * 1000);
      return response;
    } catch (error) {
      this.#fail(operation, error, options.signal);
      operation.end();
      if (isAbort(error, options.signal) && options.closeOnAbort) await this.close(prompt);
      throw error;
    }
  }

  /** Ends the prompt for the person as well: `cancelled`, except where a queue would ask that again. */
  async close({ id, transport, contentType }: Prompt): Promise<void> {
    const queued = contentType === "decision" ? "timeout" : "authorization_denied";
    const closed = this.#api.postResponse(id, null, transport === "websocket" ? queued : "cancelled");
    await new Promise<void>((resolve) => {
      const stopTimer = startTimer(CLOSE_PATIENCE_MS, resolve);
      const done = () => {
        stopTimer();
        resolve();
      };
      closed.then(done, done); // when it fails, the prompt stays open: the caller has left and hears of nothing
    });
  }

  #start(prompt: Prompt): Operation {
    const operation = this.#telemetry.start({
      name: "await_response",
      channel: prompt.channel,
      kind: SpanKind.CLIENT,
      type: "receive",
      protocol: "websocket",
      parent: prompt.own ? this.#telemetry.under(prompt.spanContext) : undefined,
      links: !prompt.own && prompt.spanContext ? [{ context: prompt.spanContext }] : [],
      startEpochMs: prompt.sentAt.epochMs,
    });
    operation.set({ [ATTR.CONVERSATION_ID]: prompt.id, [ATTR.PROMPT_TIMEOUT]: prompt.timeout });
    operation.event(EVENT.PROMPT_SENT, { [ATTR.CONTENT_TYPE]: prompt.contentType }, prompt.sentAt);
    return operation;
  }

  async #answer(prompt: Prompt, { timeout, signal }: WaitOptions): Promise<Answer> {
    signal?.throwIfAborted();
    const { answer, reject } = this.#answers.wait(prompt.id);
    if (!this.#answers.isSettled(prompt.id)) this.#viewer.ensure();
    const release = [onAbort(signal, reject), this.#startDeadline(prompt, timeout, reject)];
    try {
      return await answer;
    } finally {
      for (const done of release) done();
    }
  }

  #startDeadline(prompt: Prompt, timeout: number | undefined, reject: (error: unknown) => void): () => void {
    const seconds = timeout ?? prompt.timeout;
    if (seconds === 0) return () => {};
    const elapsedMs = timeout === undefined ? secondsBetween(prompt.sentAt, now()) * 1000 : 0;
    const graceMs = timeout === undefined && prompt.transport === "websocket" ? QUEUE_GRACE_MS : 0;
    const expire = async () => {
      await this.#lookOnce(prompt.channel);
      reject(new TimeoutError(`no answer within ${seconds} s`, { messageId: prompt.id }));
    };
    return startTimer(Math.max(0, seconds * 1000 + graceMs - elapsedMs), () => void expire());
  }

  /** Frames can be missed: what was answered while no socket was open lies in the history. */
  async #lookOnce(channel: string): Promise<void> {
    try {
      const messages = await this.#api.history(channel, { signal: AbortSignal.timeout(LAST_LOOK_MS) });
      for (const message of messages) this.#answers.receive(message);
    } catch {
      // no history, no answer
    }
  }

  #finish(prompt: Prompt, { response, at }: Answer, operation: Operation, waiting?: Span): ResponseMessage {
    const { responseType, answer } = response.content;
    const selection = readSelection(response, prompt.choices);
    operation.link(this.#telemetry.extract(response.metadata)?.link);
    operation.event(
      EVENT.RESPONSE_RECEIVED,
      { [ATTR.RESPONSE_TYPE]: responseType, [ATTR.SENDER_TYPE]: response.senderType },
      at,
    );
    operation.set({
      [ATTR.MESSAGE_ID]: response.id,
      [ATTR.RESPONSE_TYPE]: responseType,
      [ATTR.SENDER_TYPE]: response.senderType,
      [ATTR.OUTCOME]: OUTCOMES[responseType],
      [ATTR.HUMAN_RESPONSE_TIME]: secondsBetween(prompt.sentAt, at),
      ...(selection && {
        [ATTR.RESPONSE_OPTION_ID]: selection.optionId,
        [ATTR.RESPONSE_OPTION_INDEX]: selection.index,
      }),
      [ATTR.RESPONSE_ANSWER]: this.#telemetry.content(answer),
    });
    const link = readLink(operation, response);
    // A tool call that asked for permission shows which approval let it pass.
    if (link && responseType === "authorization_approved") safely(() => waiting?.addLink(link));
    return Object.defineProperty({ ...response, ...(selection && { selection }) }, "link", { value: link });
  }

  #fail(operation: Operation, error: unknown, signal: AbortSignal | undefined): void {
    if (isAbort(error, signal)) {
      operation.set({ [ATTR.OUTCOME]: "aborted" });
      operation.abort();
      return;
    }
    operation.set({ [ATTR.OUTCOME]: error instanceof TimeoutError ? "timeout" : "error" });
    operation.fail(error);
  }
}

const isAbort = (error: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true && error === signal.reason;

function readLink(
  operation: Operation,
  { correlationId, content }: Message<ResponseContent>,
): Link | undefined {
  const context = operation.spanContext;
  if (!context) return undefined;
  const conversation = correlationId === null ? {} : { [ATTR.CONVERSATION_ID]: correlationId };
  return { context, attributes: { ...conversation, [ATTR.RESPONSE_TYPE]: content.responseType } };
}
