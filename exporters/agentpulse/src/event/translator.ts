import {
  ATTR,
  type CostCalculator,
  type Inherited,
  KIT_ATTR,
  toCronKey,
  toSessionKey,
} from "@kit/genai/core";
import type { Log } from "../log.js";
import type { Settings } from "../options/settings.js";
import { type ReadableSpan, readParentId, readText, toSeconds } from "../span/readable-span.js";
import type { SpanType } from "../span/span-type.js";
import type { AgentPulseEvent, EventData } from "./event.js";
import { COVERED_BY_LLM_EVENT, readModelCall } from "./llm-event.js";
import { addMessages, COVERED_BY_MESSAGES } from "./messages.js";
import {
  COVERED_BY_MOMENT,
  COVERED_BY_PROCESS_ERROR,
  readAlert,
  readCustomEvent,
  readMetric,
  readProcessError,
} from "./moment-events.js";
import type { Source } from "./queued-event.js";
import { RemainsReader } from "./remains.js";
import {
  COVERED_BY_SPAN_EVENT,
  readCronRun,
  readJob,
  readJobRun,
  readSessionEnd,
  readSpan,
  readSpanStart,
} from "./span-events.js";
import { Transcripts } from "./transcripts.js";

const COVERED_BY_ALL = [KIT_ATTR.kind, ATTR.sessionId, ATTR.conversationId, ATTR.agentName, ATTR.errorType];
const covered = (names: readonly string[]): ReadonlySet<string> => new Set([...COVERED_BY_ALL, ...names]);
const COVERED_BY_SPAN = covered(COVERED_BY_SPAN_EVENT);
const COVERED_BY_ANY_MOMENT = covered(COVERED_BY_MOMENT);

/** Names of the attributes that an event covers in fields of its own. */
const COVERED: Readonly<Record<SpanType["event"], ReadonlySet<string>>> = {
  llm: covered([...COVERED_BY_LLM_EVENT, ...COVERED_BY_MESSAGES]),
  span: COVERED_BY_SPAN,
  session: COVERED_BY_SPAN,
  cron: COVERED_BY_SPAN,
  custom_event: COVERED_BY_ANY_MOMENT,
  metric: COVERED_BY_ANY_MOMENT,
  alert: COVERED_BY_ANY_MOMENT,
  error: covered(COVERED_BY_PROCESS_ERROR),
};

interface Translated {
  readonly kind: string;
  readonly data: EventData;
}

/** Translates spans into events. */
export class Translator {
  readonly #settings: Settings;
  readonly #costs: CostCalculator;
  readonly #log: Log;
  readonly #remains: RemainsReader;
  readonly #transcripts = new Transcripts();

  constructor(settings: Settings, costs: CostCalculator, log: Log) {
    this.#settings = settings;
    this.#costs = costs;
    this.#log = log;
    this.#remains = new RemainsReader(settings.captureMessages);
  }

  /** `undefined` if there is nothing to send. */
  toEvent(source: Source): AgentPulseEvent | undefined {
    const { span, part } = source;
    const session = readSession(span, source);
    const event = part === "end" ? this.#fromEnd(source, session) : this.#fromOther(source, session);
    if (event === undefined) return undefined;
    const { spanId, parentSpanId } = readIds(source);
    return {
      kind: event.kind,
      ts: toSeconds(part === "start" ? span.startTime : span.endTime),
      session,
      span_id: spanId,
      parent_span_id: parentSpanId,
      data: event.data,
    };
  }

  #fromEnd(source: Source, session: string | undefined): Translated | undefined {
    const { span, type } = source;
    switch (type.event) {
      case "llm":
        return this.#fromModelCall(source, session, this.#settings.llmEvents === "llm_call");
      case "span":
        return { kind: "span_end", data: this.#complete(readSpan(span, type.spanKind), source, session) };
      case "session":
        return { kind: "session", data: this.#complete(readSessionEnd(span), source, session) };
      case "cron":
        return { kind: "cron", data: this.#complete(readCronRun(span), source, session) };
      case "custom_event": {
        const own = this.#complete({}, source, session);
        return { kind: "custom_event", data: readCustomEvent(span, own) };
      }
      case "metric": {
        const metric = readMetric(span);
        return metric && { kind: "metric", data: this.#complete(metric, source, session) };
      }
      case "alert":
        return { kind: "alert", data: this.#complete(readAlert(span), source, session) };
      case "error":
        return { kind: "error", data: this.#complete(readProcessError(span), source, session) };
    }
  }

  /** Further events of a span, besides its main one. */
  #fromOther(source: Source, session: string | undefined): Translated | undefined {
    const { span, type } = source;
    switch (source.part) {
      case "start": {
        const kind = type.event === "session" ? "session_start" : "span_start";
        return { kind, data: this.#identify(readSpanStart(span, type.spanKind), source, session) };
      }
      case "second":
        return this.#fromModelCall(source, session, true);
      case "run":
        return { kind: "session", data: this.#identify(readJobRun(span), source, session) };
      default: {
        const messages = this.#transcripts.take(session ?? "");
        if (messages === undefined) return undefined;
        return { kind: "transcript", data: { messages, session_key: session, summary: "transcript" } };
      }
    }
  }

  #fromModelCall(source: Source, session: string | undefined, plain: boolean): Translated {
    const data = readModelCall(source.span, this.#costs);
    if (data.cost_usd === undefined && data.tokens !== 0) {
      this.#log.debugOnce(`price ${data.model}`, `no price is known for the model ${data.model}`);
    }
    if (this.#settings.captureMessages) {
      const talk = addMessages(data, source.span);
      if (session && source.part === "end") this.#transcripts.add(session, talk);
    }
    return { kind: plain ? "llm_call" : "cost", data: this.#complete(data, source, session) };
  }

  #complete(data: EventData, source: Source, session: string | undefined): EventData {
    this.#identify(data, source, session);
    this.#remains.add(data, source.span, COVERED[source.type.event]);
    return data;
  }

  #identify(data: EventData, source: Source, session: string | undefined): EventData {
    const { span, inherited } = source;
    const { spanId, parentSpanId } = readIds(source);
    const conversation = readText(span.attributes, ATTR.conversationId);
    data.trace_id = span.spanContext().traceId;
    data.span_id = spanId;
    data.parent_span_id = parentSpanId;
    data.agent = this.#agent(span);
    data.agent_name = readText(span.attributes, ATTR.agentName) ?? inherited?.agentName;
    data.conversation_id = conversation === session ? undefined : conversation;
    return data;
  }

  #agent({ resource }: ReadableSpan): string {
    const { agentName, hostName } = this.#settings;
    if (agentName !== undefined) return agentName;
    const service = readText(resource?.attributes ?? {}, "service.name");
    return service === undefined || service.startsWith("unknown_service") ? hostName : service;
  }
}

const MOMENTS: ReadonlySet<SpanType["event"]> = new Set(["custom_event", "metric", "alert", "error"]);

/** Events, metrics and alerts are reported as part of the span they occurred in; that they are spans is an internal detail. */
function readIds({ span, type }: Source): { spanId: string; parentSpanId: string | undefined } {
  const { spanId } = span.spanContext();
  const parentSpanId = readParentId(span);
  if (parentSpanId === undefined || !MOMENTS.has(type.event)) return { spanId, parentSpanId };
  return { spanId: parentSpanId, parentSpanId: undefined };
}

function readSession(
  span: ReadableSpan,
  { inherited, type }: { inherited: Inherited | undefined; type: SpanType },
) {
  const session =
    readText(span.attributes, ATTR.sessionId) ??
    inherited?.sessionId ??
    readText(span.attributes, ATTR.conversationId);
  if (session !== undefined) return toSessionKey(session);
  return type.event === "cron" ? toCronKey(readJob(span)) : undefined;
}
