import { KIT_ATTR, parseJson } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import { ContentNames } from "./content-names.js";
import type { EventData } from "./event.js";
import { type ReadableSpan, readText, type SpanEvent, toSeconds } from "./readable-span.js";
import { cut, scrub } from "./scrub.js";

const NOTHING: ReadonlySet<string> = new Set();
const MAX_EVENTS = 20;
const MAX_LINKS = 8;
const MAX_LOGS = 50;
/** Longer than a whole event may be. */
const MAX_TEXT = 16_384;
const MAX_ITEMS = 200;

/** Events in which older instrumentations put messages; of these only names and numbers are kept. */
const MESSAGE_EVENT =
  /^gen_ai\.(content\.|choice|(user|system|assistant|tool)\.message|client\.inference)|^llm\.content/;

/** Keeps what the fields of an event do not tell, so that nothing is lost, and content out of it. */
export class RemainsReader {
  readonly #content = new ContentNames();
  readonly #withContent: boolean;

  constructor(withContent: boolean) {
    this.#withContent = withContent;
  }

  /** Adds `attributes`, `events`, `logs`, `links` and `scope`. @param told names that other fields tell */
  add(data: EventData, span: ReadableSpan, told: ReadonlySet<string>): void {
    const attributes = this.#attributes(span.attributes, told);
    if (attributes !== undefined) data.attributes = attributes;
    if (span.events?.length > 0) this.#addEvents(data, span.events);
    if (span.links?.length > 0) {
      data.links = span.links.slice(-MAX_LINKS).map(({ context, attributes }) => ({
        trace_id: context.traceId,
        span_id: context.spanId,
        attributes: this.#attributes(attributes),
      }));
    }
    const scope = span.instrumentationScope;
    if (scope?.name) data.scope = { name: scope.name, version: scope.version };
  }

  #attributes(
    attributes: Attributes | undefined,
    told: ReadonlySet<string> = NOTHING,
  ): EventData | undefined {
    let kept: EventData | undefined;
    for (const name in attributes) {
      if (told.has(name)) continue;
      const value = attributes[name];
      if (!this.#withContent && this.#content.has(name, value)) continue;
      if (name === "__proto__") continue;
      kept ??= {};
      kept[name] = typeof value === "string" && value.length <= MAX_TEXT ? value : toPlain(value);
    }
    return kept;
  }

  #addEvents(data: EventData, events: readonly SpanEvent[]): void {
    const logs = events.filter(({ name }) => name === "kit.log");
    if (logs.length > 0) data.logs = logs.slice(-MAX_LOGS).map(toLog);
    const others = logs.length > 0 ? events.filter(({ name }) => name !== "kit.log") : events;
    if (others.length > 0) data.events = others.slice(-MAX_EVENTS).map((event) => this.#event(event));
  }

  #event({ name, time, attributes }: SpanEvent): EventData {
    const kept = this.#attributes(attributes);
    if (kept !== undefined && !this.#withContent && MESSAGE_EVENT.test(name)) removeTexts(kept);
    // Exceptions repeat what providers said, keys included.
    for (const key in kept) if (typeof kept[key] === "string") kept[key] = scrub(kept[key]);
    return { name, ts: toSeconds(time), attributes: kept };
  }
}

const SAFE_TEXTS = ["gen_ai.system", "gen_ai.provider.name", "finish_reason", "role", "id"];

function removeTexts(attributes: EventData): void {
  for (const name in attributes) {
    if (typeof attributes[name] !== "number" && !SAFE_TEXTS.includes(name)) delete attributes[name];
  }
}

function toLog({ time, attributes = {} }: SpanEvent): EventData {
  const facts = parseJson(attributes[KIT_ATTR.logData]);
  const message = cut(readText(attributes, KIT_ATTR.logMessage) ?? "", MAX_TEXT);
  return { ...(typeof facts === "object" && facts), ts: toSeconds(time), message };
}

/** A value as JSON can hold it; the too long is cut here, so that encoding an event takes bounded time. */
function toPlain(value: unknown): unknown {
  if (typeof value === "string") return value.length > MAX_TEXT ? cut(value, MAX_TEXT) : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(toPlain);
  if (typeof value === "bigint") return String(value);
  return value;
}
