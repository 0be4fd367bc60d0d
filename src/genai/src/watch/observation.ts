import { diag } from "@opentelemetry/api";
import type { Call, Fold, ResponseFacts } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import type { Recorder } from "../record/recorder.js";
import { inWords, memberOf } from "../record/thrown.js";
import { AbandonedCalls } from "./abandonment.js";
import { readFacts } from "./readable.js";
import { isAsyncIterable, tapStream } from "./stream.js";
import type { StreamObserver } from "./stream-observer.js";
import { isJsonResponse, readUnstreamed } from "./unstreamed.js";

/** One for the whole process; its only state is the open calls. */
export const ABANDONED = new AbandonedCalls();

/** How long the reader of an aborted stream has to take the step that tells of it. */
const GRACE_MS = 50;

/**
 * Follows one call from its promise through its stream to the end, and informs the recorder. Promise and stream hold it
 * through the functions that watch them and the recorder does not, so its collection means that both are gone.
 */
export class Observation implements StreamObserver {
  watched = false;
  /** Whether anybody has started to parse the body. If not, only the raw response was asked for. */
  parsing = false;
  /** The caller's own signal, where the SDK tells of its abort by errors that look like any other. */
  abortedBy: AbortSignal | undefined;
  /** The caller's own signal, where the SDK's errors tell of its abort, but the end of its streams may not. */
  requestSignal: AbortSignal | undefined;
  readonly recorder: Recorder;
  readonly #call: Call;
  #fold: Fold<unknown, unknown> | undefined;
  #signal: AbortSignal | undefined;
  #stopListening: (() => void) | undefined;
  /** Kept only until its body is read. */
  #response: unknown;
  /** The body of an answer that is no stream although one was asked for, as long as no chunk has come. */
  #unstreamed: Promise<unknown> | undefined;
  #streaming = false;
  #reading = false;

  constructor(recorder: Recorder, call: Call) {
    this.recorder = recorder;
    this.#call = call;
    ABANDONED.add(this);
  }

  /** The call resolved to a body or to a stream of chunks. */
  settle(answer: unknown): void {
    if (this.#streaming) return;
    const response = this.#response;
    this.#response = undefined;
    try {
      const { fold, streamIn } = this.#call;
      const stream = streamIn === undefined ? answer : streamIn(answer);
      if (fold === undefined || !isAsyncIterable(stream)) {
        this.#end({ outcome: "completed", response: this.#read(answer) });
        return;
      }
      this.#streaming = true;
      this.#fold = this.#call.fold?.(this.recorder.wantsContent, this.recorder);
      const { controller } = stream as { controller?: AbortController };
      this.#signal = controller?.signal ?? this.abortedBy ?? this.requestSignal;
      tapStream(stream, this);
      // Before the SDK reads the first byte.
      if (this.recorder.request.stream === true && isJsonResponse(response))
        this.#unstreamed = readUnstreamed(response, () => this.#unstreamed === undefined);
      if (this.#signal !== undefined) ABANDONED.add(this);
    } catch (error) {
      unreadable(error);
    }
  }

  /** The provider answered, or failed with an error that carries the answer's headers; a body may follow. */
  respond(answer: unknown): void {
    this.#response = answer;
    try {
      this.recorder.respond((answer as { headers?: unknown } | null | undefined)?.headers);
    } catch (error) {
      unreadable(error);
    }
  }

  /** The raw response was handed over and nobody parsed its body. */
  handOver(): void {
    if (!this.parsing) this.#end({ outcome: "raw" });
  }

  /** The call or its stream failed. */
  fail(error: unknown): void {
    this.respond(error);
    this.#response = undefined;
    const response = this.#partial();
    // Such errors tell how the connection went, as ECONNRESET, and not who closed it.
    if (!isAbort(error) && this.abortedBy?.aborted === true)
      this.#end({ outcome: "aborted", response, error: this.abortedBy.reason });
    else this.#end({ outcome: isAbort(error) ? "aborted" : "error", response, error });
  }

  begin(): void {
    this.#reading = true;
  }

  /** One step of the stream: a chunk, or its end. SDKs end an aborted stream without an error. */
  step(result: IteratorResult<unknown>): void {
    if (result?.done !== true) {
      this.#unstreamed = undefined;
      this.recorder.chunk();
      this.#add(result?.value);
      return;
    }
    if (this.#signal?.aborted === true) this.#abort(this.#signal);
    else if (this.#unstreamed !== undefined) this.#unstreamed.then((body) => this.#endWith(body));
    else this.#end({ outcome: "completed", response: this.#partial() });
  }

  #endWith(body: unknown): void {
    const response = this.#read(body);
    if (response !== undefined && response.error === undefined) this.recorder.chunk();
    this.#end({ outcome: "completed", response: response ?? this.#partial() });
  }

  /**
   * The consumer leaves the stream before its end. The request may already be aborted, but that means nothing: some SDKs
   * abort it themselves just before. An abort by the application shows in the next step, if there is one.
   */
  close(): void {
    this.#end({ outcome: "cancelled", response: this.#partial() });
  }

  /**
   * A stream without a reader has no step in which an abort could show. One with a reader may have none either, if
   * whoever wraps it answered that reader, or one that fails: SDKs abort a request whose answer breaks off. The signal
   * may outlive the stream and must not hold it.
   */
  linger(): void {
    const signal = this.#signal;
    if (signal === undefined || this.recorder.ended) return;
    if (!signal.aborted) {
      this.#stopListening = lingerAfter(signal, this);
    } else if (this.#reading) this.#abortSoon(signal);
    else this.#abort(signal);
  }

  /** A method of its own: beside the listener above, this function would make it hold the stream. */
  #abortSoon(signal: AbortSignal): void {
    setTimeout(() => this.#abort(signal), GRACE_MS).unref();
  }

  #add(chunk: unknown): void {
    try {
      this.#fold?.add(chunk);
    } catch (error) {
      diag.debug("a chunk could not be read", inWords(error));
    }
  }

  #abort(signal: AbortSignal): void {
    this.#end({ outcome: "aborted", response: this.#partial(), error: signal.reason });
  }

  #end(end: OperationEnd): void {
    ABANDONED.forget(this);
    this.#stopListening?.();
    this.recorder.end(end);
  }

  #partial(): ResponseFacts | undefined {
    try {
      return this.#read(this.#fold?.body());
    } catch (error) {
      unreadable(error);
      return undefined;
    }
  }

  #read(body: unknown): ResponseFacts | undefined {
    return readFacts(this.#call, body, this.recorder.request);
  }
}

/** An application may give one signal to many calls. Returns what makes it forget this one. */
function lingerAfter(signal: AbortSignal, observation: Observation): () => void {
  const standing = new WeakRef(observation);
  const linger = () => standing.deref()?.linger();
  signal.addEventListener("abort", linger, { once: true });
  return () => signal.removeEventListener("abort", linger);
}

/** A body of an unforeseen shape loses its facts, but never affects the application's call. */
function unreadable(error: unknown): void {
  diag.debug("an answer could not be read", inWords(error));
}

/** By name: of the platform, of SDKs that Stainless generates, and of those that Speakeasy does. */
function isAbort(error: unknown): boolean {
  const name = memberOf(error, "name");
  return (
    name === "AbortError" ||
    name === "RequestAbortedError" ||
    memberOf(memberOf(error, "constructor"), "name") === "APIUserAbortError"
  );
}
