import { KIT_ATTR } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import { type ReadableSpan, readText, type SpanEvent, toSeconds } from "../span/readable-span.js";
import { Allowance } from "../text/allowance.js";
import { isContentName } from "../text/content-names.js";
import { readObject } from "../text/read-object.js";
import { scrub } from "../text/scrub.js";
import type { EventData } from "./event.js";

const NOTHING: ReadonlySet<string> = new Set();
const MAX_EVENTS = 20;
const MAX_LINKS = 8;
const MAX_LOGS = 50;
/** Some libraries put running numbers into attribute names. */
const MAX_NAMES = 5_000;

/** Events in which older instrumentations put messages; of these only names and numbers are kept. */
const MESSAGE_EVENT =
  /^gen_ai\.(content\.|choice|(user|system|assistant|tool)\.message|client\.inference)|^llm\.content/;

/** Whether an attribute is sent: always, never, or only if it is a number. */
type Verdict = "always" | "never" | "number";

/** Collects what an event's own fields do not cover, so that nothing is lost, but without content. */
export class RemainsReader {
  /** Cached, because the same attribute names recur; by the set of names that other fields cover. */
  readonly #verdicts = new Map<ReadonlySet<string>, Map<string, Verdict>>();
  readonly #withContent: boolean;

  constructor(withContent: boolean) {
    this.#withContent = withContent;
  }

  /** Adds `attributes`, `events`, `logs`, `links` and `scope`. @param covered names that other fields cover */
  add(data: EventData, span: ReadableSpan, covered: ReadonlySet<string>): void {
    const attributes = this.#read(span.attributes, new Allowance(), covered);
    if (attributes !== undefined) data.attributes = attributes;
    if (span.events?.length > 0) this.#addEvents(data, span.events);
    if (span.links?.length > 0) this.#addLinks(data, span.links);
    const scope = span.instrumentationScope;
    if (scope?.name) data.scope = { name: scope.name, version: scope.version };
  }

  #read(attributes: Attributes | undefined, allowance: Allowance, covered = NOTHING): EventData | undefined {
    let kept: EventData | undefined;
    const verdicts = this.#verdicts.get(covered) ?? new Map<string, Verdict>();
    if (verdicts.size === 0) this.#verdicts.set(covered, verdicts);
    for (const name in attributes) {
      const verdict = verdicts.get(name) ?? this.#judge(name, covered, verdicts);
      if (verdict === "never") continue;
      const value = attributes[name];
      // A single number or boolean is not content, whatever its name.
      if (verdict === "number" && typeof value !== "number" && typeof value !== "boolean") continue;
      const plain = allowance.plain(value);
      if (plain === undefined) continue;
      kept ??= {};
      kept[name] = plain;
    }
    return kept;
  }

  #judge(name: string, covered: ReadonlySet<string>, verdicts: Map<string, Verdict>): Verdict {
    let verdict: Verdict = "always";
    if (covered.has(name) || name === "__proto__") verdict = "never";
    else if (!this.#withContent && isContentName(name)) verdict = "number";
    if (verdicts.size >= MAX_NAMES) verdicts.clear();
    verdicts.set(name, verdict);
    return verdict;
  }

  #addLinks(data: EventData, links: ReadableSpan["links"]): void {
    const allowance = new Allowance();
    data.links = links.slice(-MAX_LINKS).map(({ context, attributes }) => ({
      trace_id: context.traceId,
      span_id: context.spanId,
      attributes: this.#read(attributes, allowance),
    }));
  }

  #addEvents(data: EventData, events: readonly SpanEvent[]): void {
    const logs = events.filter(({ name }) => name === "kit.log");
    if (logs.length > 0) data.logs = newestFirst(logs, MAX_LOGS, toLog);
    const others = logs.length > 0 ? events.filter(({ name }) => name !== "kit.log") : events;
    if (others.length === 0) return;
    data.events = newestFirst(others, MAX_EVENTS, (event, allowance) => this.#readEvent(event, allowance));
  }

  #readEvent({ name, time, attributes }: SpanEvent, allowance: Allowance): EventData {
    const kept = this.#read(attributes, allowance);
    if (kept !== undefined && !this.#withContent && MESSAGE_EVENT.test(name)) removeTexts(kept);
    // Exceptions repeat what providers say, including keys.
    for (const key in kept) if (typeof kept[key] === "string") kept[key] = scrub(kept[key]);
    return { name: allowance.plain(name), ts: toSeconds(time), attributes: kept };
  }
}

/** The last events, in order; if there is not enough room, the newest ones win. */
function newestFirst(
  events: readonly SpanEvent[],
  most: number,
  read: (event: SpanEvent, allowance: Allowance) => EventData,
): EventData[] {
  const allowance = new Allowance();
  const kept = events.slice(-most).toReversed();
  return kept.map((event) => read(event, allowance)).reverse();
}

const SAFE_TEXTS = ["gen_ai.system", "gen_ai.provider.name", "finish_reason", "role", "id"];

function removeTexts(attributes: EventData): void {
  for (const name in attributes) {
    if (typeof attributes[name] !== "number" && !SAFE_TEXTS.includes(name)) delete attributes[name];
  }
}

function toLog({ time, attributes = {} }: SpanEvent, allowance: Allowance): EventData {
  const message = allowance.plain(readText(attributes, KIT_ATTR.logMessage) ?? "");
  const facts = readObject(allowance.plain(attributes[KIT_ATTR.logData]));
  return { ...facts, ts: toSeconds(time), message };
}
