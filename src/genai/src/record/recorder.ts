import {
  type Attributes,
  type Context,
  context,
  diag,
  type HrTime,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { AnyValueMap } from "@opentelemetry/api-logs";
import { isInference } from "../adapter/inference.js";
import { textOf } from "../adapter/messages.js";
import type { Content, HeaderFacts, RequestFacts, ResponseFacts, Results } from "../adapter/operation.js";
import type { OperationEnd, Outcome } from "../adapter/outcome.js";
import { hasUsage, type Usage } from "../adapter/usage.js";
import { ATTR, type AttributeValues, KIT_ATTR } from "../attributes.js";
import { conformContent } from "../content/conform.js";
import { setContent, setStructuredContent } from "../content/content.js";
import { redactContent } from "../content/redact.js";
import { type Inherited, inheritedAttributes, readInherited } from "../context/inherited.js";
import { hasReaderLeft } from "../context/suppression.js";
import { unusualTerms } from "../cost/terms.js";
import {
  codeOf,
  type ErrorText,
  errorType,
  isAboutAnswer,
  readError,
  readErrorType,
  rememberTold,
  stringsGiven,
  stringsOf,
} from "./errors.js";
import { emitDetails, emitException, wantsDetails } from "./events.js";
import { type Failure, tellFailure } from "./failure.js";
import { guard } from "./guard.js";
import { readHeaders, withHeaderFacts } from "./headers.js";
import { creationAttributes, type OperationStart } from "./operation-start.js";
import { addAll, modelOf, readAttributes } from "./span-attributes.js";
import type { Telemetry } from "./telemetry.js";
import { inWords } from "./thrown.js";

/** Reads an answer that another call generated. */
const FETCH = "fetch_response";

/**
 * Records one operation from its start to its single end: span, metrics and events. It never holds the promise or stream
 * that it describes, so that an abandoned one can be garbage-collected.
 */
export class Recorder implements Results {
  /** The context in which the operation runs: its span is the parent of what happens inside. */
  readonly context: Context;
  readonly #telemetry: Telemetry;
  #start: OperationStart;
  readonly #span: Span;
  /** Whether anybody listens for the details event; checked once, because a logger may take long to answer. */
  readonly #listened: boolean;
  /** Milliseconds; read only if something is measured with it, since the span keeps its own time. */
  readonly #startedAt: number;
  /** Milliseconds since the epoch at the true start, if that was earlier. */
  readonly #startTime: number | undefined;
  #captured: Content | undefined;
  /** Whether some of the content cannot be read. */
  #unreadable = false;
  /** What the operation inherits from the session or agent around it; `undefined` outside of any. */
  readonly #inherited: Attributes | undefined;
  readonly #tally: Inherited["tally"];
  /** Whether any of the answer arrived in a stream, of whatever operation. */
  #streaming = false;
  #firstChunkAt: number | undefined;
  #lastChunkAt = 0;
  #metricAttributes: Attributes | undefined;
  /** Facts from the headers of the answer. */
  #told: HeaderFacts | undefined;
  #ended = false;

  constructor(telemetry: Telemetry, start: OperationStart) {
    const parent = start.parent ?? context.active();
    this.#telemetry = telemetry;
    this.#start = start;
    const { request } = start;
    const inherited = readInherited(parent);
    if (inherited !== undefined) {
      this.#inherited = inheritedAttributes(parent, request.operation);
      const isCounted = isInference(request.operation) || request.operation === FETCH;
      if (isCounted && start.countedElsewhere !== true) this.#tally = inherited.tally;
    }
    const subject = start.subject ?? subjectOf(request);
    this.#startTime = start.startedAt?.time;
    this.#span = telemetry.tracer.startSpan(
      subject != null && subject !== "" ? `${request.operation} ${subject}` : request.operation,
      {
        kind: start.kind ?? SpanKind.CLIENT,
        attributes: this.#creationAttributes(),
        links: telemetry.remembered.linksTo(request.linkTo),
        startTime: this.#startTime,
      },
      parent,
    );
    this.context = trace.setSpan(parent, this.#span);
    this.#listened = isInference(request.operation) && wantsDetails(telemetry.logger, this.context);
    this.#startedAt =
      start.startedAt?.mark ??
      (request.stream === true || telemetry.instruments !== undefined ? performance.now() : 0);
    if (this.recording && this.wantsContent) this.#captured = this.#readContent(request.content);
  }

  /** Whether this operation is recorded anywhere. If not, its result need not be watched. */
  get recording(): boolean {
    if (this.#start.ended !== undefined) return true;
    return this.#span.isRecording() || this.#telemetry.instruments !== undefined || this.#listened;
  }

  /** What the caller asked for. */
  get request(): RequestFacts {
    return this.#start.request;
  }

  /** Whether the operation has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether content is to be read at all. */
  get wantsContent(): boolean {
    const { onSpan, onEvent } = this.#telemetry.policy;
    return (onSpan && this.#span.isRecording()) || onEvent;
  }

  /** Notes that a chunk of a streamed answer arrived. Never throws. */
  chunk(): void {
    this.#streaming = true;
    const { instruments } = this.#telemetry;
    const first = this.#firstChunkAt === undefined;
    if (!first && instruments === undefined) return;
    if (!isInference(this.#start.request.operation)) return;
    const now = performance.now();
    const elapsed = now - this.#lastChunkAt;
    this.#lastChunkAt = now;
    if (first) {
      this.#firstChunkAt = now;
      this.#findServer();
    } else if (instruments !== undefined) {
      // Not by `guard`, whose function would be made anew for each chunk.
      try {
        instruments.recordChunk(elapsed / 1_000, this.#callAttributes(undefined), this.context);
      } catch (error) {
        diag.debug("a chunk could not be measured", inWords(error));
      }
    }
  }

  /** Notes the headers of the answer. Called before its chunks, and more than once for some promises. */
  respond(headers: unknown): void {
    const { headers: read } = this.#start;
    if (read === undefined || this.#told !== undefined) return;
    this.#told = readHeaders(headers, read);
    this.#answeredBy(this.#told?.provider);
  }

  /** Samplers saw the expected provider, because the one that answered was not known yet. */
  #answeredBy(provider: string | undefined): void {
    if (provider === undefined || provider === this.#start.provider) return;
    this.#start = { ...this.#start, provider, ownProvider: false };
  }

  /** Samplers did not see where the call goes, because the client itself did not know it yet. */
  #findServer(): void {
    const { findEndpoint } = this.#start;
    if (findEndpoint === undefined) return;
    const endpoint = guard("a server", findEndpoint);
    if (endpoint?.address === undefined || endpoint.port === undefined) return;
    this.#start = { ...this.#start, endpoint, findEndpoint: undefined };
    this.#span.setAttributes({ "server.address": endpoint.address, "server.port": endpoint.port });
  }

  /** Ends the operation. Every call after the first does nothing. Never throws. */
  end(given: OperationEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const left = given.outcome === "aborted" && guard("a reader", () => hasReaderLeft(this.context)) === true;
    const reported: OperationEnd = left ? { outcome: "cancelled", response: given.response } : given;
    const streamed = this.#start.request.stream === true;
    const end = this.#told === undefined ? reported : withHeaderFacts(reported, this.#told, streamed);
    const response = this.#countOnce(end.response ?? {});
    this.#answeredBy(response.provider);
    this.#findServer();
    const failure = this.#readFailure(end);
    if (this.#start.ended !== undefined) guard("an end", () => this.#start.ended?.(end));
    try {
      this.#describe(end.outcome, response, failure);
      if (failure !== undefined) this.#fail(failure);
      if (response.linkAs !== undefined)
        this.#telemetry.remembered.remember(response.linkAs, this.#span.spanContext());
    } catch (error) {
      diag.debug("an operation could not be recorded in full", inWords(error));
      if (failure !== undefined)
        this.#span.setAttribute(ATTR.errorType, failure.type).setStatus({ code: SpanStatusCode.ERROR });
    }
    guard("the end of a span", () => this.#span.end(this.#endTime()));
    if (this.#tally !== undefined && (isInference(this.request.operation) || response.usage !== undefined))
      guard("a tally", () => this.#tally?.(response));
    if (this.#telemetry.instruments !== undefined)
      guard("metrics", () => this.#measure(response, failure?.type));
  }

  /** A span with an explicit start takes its end from the wall clock, unless it is given that too. */
  #endTime(): number | undefined {
    return this.#startTime === undefined ? undefined : this.#startTime + performance.now() - this.#startedAt;
  }

  #describe(outcome: Outcome, response: ResponseFacts, failure: Failure | undefined): void {
    if (!this.#span.isRecording() && !this.#listened) return;
    const { policy } = this.#telemetry;
    const attributes = this.#attributes(outcome, response, failure);
    const content = this.wantsContent
      ? guard("content", () => this.#content(response, attributes))
      : undefined;
    if (this.#listened) guard("an event", () => this.#emitDetails(attributes, content));
    if (content !== undefined && policy.onSpan)
      guard("content", () => setContent(attributes, content, policy.maxLength));
    this.#span.setAttributes(attributes);
  }

  #readFailure({ outcome, error, response }: OperationEnd): Failure | undefined {
    const told = response?.error;
    if (outcome !== "error" && outcome !== "aborted") {
      if (told === undefined) return undefined;
      const type = codeOf(told.type) ?? "_OTHER";
      return this.#tell(type, { name: type, message: told.message });
    }
    const code = guard("an error's code", () => this.#start.errorCode?.(error));
    const failure = this.#tell(errorType(error, code), error);
    rememberTold(error, failure.onSpan);
    return failure;
  }

  #tell(type: string, error: unknown): Failure {
    return tellFailure(type, error, this.#telemetry.policy, () => this.#readCarefully(error));
  }

  /** What may be recorded of an error without content: its message may repeat the call or, late in a stream, the answer. */
  #readCarefully(error: unknown): ErrorText {
    const { request, params, errorsAreContent, withoutAnswer } = this.#start;
    if (errorsAreContent === true || this.#streaming || isAboutAnswer(error)) return readErrorType(error);
    return readError(withoutAnswer?.(error) ?? error, stringsOf(request.content?.()), stringsGiven(params));
  }

  #attributes(outcome: Outcome, response: ResponseFacts, failure: Failure | undefined): Attributes {
    const { request, provider, ownProvider } = this.#start;
    const { usage } = response;
    const attributes: AttributeValues = guard("facts", () => readAttributes(request, response)) ?? {};
    if (ownProvider === true) {
      addAll(attributes, request.ownAttributes);
      addAll(attributes, response.ownAttributes);
    }
    const inference = isInference(request.operation);
    const completed = outcome === "completed" && failure === undefined;
    const measured = hasUsage(usage);
    // Work inside this process uses and costs what its calls do, and those record it themselves.
    const billed = provider !== undefined;
    if (response.provider !== undefined) attributes["gen_ai.provider.name"] = textOf(response.provider);
    if (inference) attributes["gen_ai.response.time_to_first_chunk"] = this.#secondsToFirstChunk();
    if (failure !== undefined) attributes["error.type"] = failure.type;
    if (outcome !== "completed" && outcome !== "error") attributes["kit.outcome"] = outcome;
    if (billed && inference && completed && !measured) attributes["kit.usage.missing"] = true;
    if (billed && usage != null) {
      if (measured) attributes["kit.price.terms"] = unusualTerms(usage.terms);
      // The price of the input alone would look like the whole one.
      const half = inference && completed && usage.output == null && usage.costUsd == null;
      attributes["kit.cost.usd"] = half ? undefined : guard("a cost", () => this.#cost(usage, response));
    }
    return attributes as Attributes;
  }

  #secondsToFirstChunk(): number | undefined {
    return this.#firstChunkAt === undefined ? undefined : (this.#firstChunkAt - this.#startedAt) / 1_000;
  }

  #cost(usage: Usage, response: ResponseFacts): number | undefined {
    const { request, provider = "" } = this.#start;
    const served = this.#told?.served;
    const models = [served?.model, modelOf(response), modelOf(request)];
    return this.#telemetry.costs.cost(served?.provider ?? provider, models, usage);
  }

  price(model: string | null | undefined, usage: Usage): number | undefined {
    return this.#cost(usage, { model });
  }

  readResult(position: number): boolean {
    return this.#readFirst(String(this.request.linkTo), position);
  }

  #readFirst(id: string, position: number): boolean {
    const { endpoint } = this.#start;
    return this.#telemetry.remembered.readResult(`${endpoint?.address}:${endpoint?.port} ${id}`, position);
  }

  /** What an answer used counts with the first call that tells it. Fetching one uses nothing itself. */
  #countOnce(response: ResponseFacts): ResponseFacts {
    const { usage, usageOf } = response;
    if (usage === undefined || (usageOf == null && this.request.operation !== FETCH)) return response;
    return usageOf != null && this.#readFirst(usageOf, 0) ? response : { ...response, usage: undefined };
  }

  #content(response: ResponseFacts, attributes: Attributes): Content | undefined {
    const content: Content = Object.assign(this.#captured ?? {}, this.#readContent(response.content));
    this.#captured = undefined;
    if (this.#unreadable) attributes[KIT_ATTR.contentDropped] = "unreadable";
    return redactContent(conformContent(content), this.#telemetry.policy, attributes);
  }

  #readContent(read: (() => Content) | undefined): Content | undefined {
    try {
      return read?.();
    } catch (error) {
      this.#unreadable = true;
      diag.debug("the content of an operation could not be read", inWords(error));
      return undefined;
    }
  }

  #emitDetails(attributes: Attributes, content: Content | undefined): void {
    const { logger, policy } = this.#telemetry;
    const all = { ...this.#creationAttributes() } as AnyValueMap;
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined) all[name] = value;
    if (content !== undefined && policy.onEvent) setStructuredContent(all, content, policy.maxLength);
    if (logger !== undefined) emitDetails(logger, all, this.context);
  }

  #fail({ type, onSpan, onEvent }: Failure): void {
    const message = onSpan.message !== type ? onSpan.message : undefined;
    this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
    if (this.#start.provider !== undefined) emitException(this.#telemetry.logger, onEvent, this.context);
  }

  #measure(response: ResponseFacts, failed: string | undefined): void {
    const { request, ownProvider } = this.#start;
    this.#telemetry.instruments?.record({
      operation: request.operation,
      seconds: durationOf(this.#span) ?? (performance.now() - this.#startedAt) / 1_000,
      attributes: this.#callAttributes(response),
      ownAttributes: ownProvider === true ? response.ownAttributes : undefined,
      errorType: failed,
      usage: response.usage,
      calls: response.calls,
      firstChunkSeconds: this.#secondsToFirstChunk(),
      context: this.context,
    });
  }

  #creationAttributes(): Attributes {
    const attributes = creationAttributes(this.#start);
    const { dataSourceId } = this.#start.request;
    if (dataSourceId !== undefined) attributes[ATTR.dataSourceId] = dataSourceId;
    // Spreading both would cost half as much as a span.
    return this.#inherited === undefined ? attributes : Object.assign({}, this.#inherited, attributes);
  }

  #callAttributes(response: ResponseFacts | undefined): Attributes {
    if (response === undefined && this.#metricAttributes !== undefined) return this.#metricAttributes;
    const attributes = creationAttributes(this.#start);
    // Of the inherited attributes, only the name has few enough values for a metric.
    const agent = this.#inherited?.[ATTR.agentName];
    if (agent !== undefined) attributes[ATTR.agentName] = agent;
    const answered = response && modelOf(response);
    if (answered !== undefined) attributes[ATTR.responseModel] = answered;
    if (response === undefined) this.#metricAttributes = attributes;
    return attributes;
  }
}

/** What a span is named after, beside its operation. One of an agent is never named after a model. */
function subjectOf(request: RequestFacts): string | undefined {
  if (request.agentName !== undefined || request.operation === "invoke_agent") return request.agentName;
  return modelOf(request) ?? request.dataSourceId;
}

/** The span's own duration, so that metric and span agree to the nanosecond; spans of the bare API have none. */
function durationOf(span: Span): number | undefined {
  const { duration } = span as Span & { duration?: HrTime };
  return Array.isArray(duration) ? duration[0] + duration[1] / 1e9 : undefined;
}
