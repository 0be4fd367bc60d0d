import { ATTR, KIT_ATTR } from "@kit/genai/core";
import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import { type ReadableSpan, readString } from "./readable-span.js";

/** The role of a span in a session. `other` only links parents and children. */
export type OperationKind = "chat" | "tool" | "agent" | "other";

const KINDS: Readonly<Record<string, OperationKind>> = {
  chat: "chat",
  generate_content: "chat",
  text_completion: "chat",
  execute_tool: "tool",
  invoke_agent: "agent",
  invoke_workflow: "agent",
};

/** Kinds of the kit's own spans that only group others: a session or a job of the application, not an agent. */
const GROUPING = new Set(["session", "cron"]);

export function readOperationKind(attributes: Attributes): OperationKind {
  const operation = attributes[ATTR.operationName];
  const kind =
    typeof operation === "string" && Object.hasOwn(KINDS, operation) ? KINDS[operation] : undefined;
  const groups = kind === "agent" && GROUPING.has(String(attributes[KIT_ATTR.kind]));
  return groups ? "other" : (kind ?? "other");
}

/** Why a span failed. */
export interface SpanError {
  readonly type: string;
  readonly message: string;
}

/** Undefined unless the span's status is ERROR. */
export function readError(span: ReadableSpan): SpanError | undefined {
  if (span.status.code !== SpanStatusCode.ERROR) return undefined;
  const exception = span.events.findLast((event) => event.name === "exception")?.attributes ?? {};
  return {
    type:
      readString(span.attributes, ATTR.errorType, ATTR.exceptionType) ??
      readString(exception, ATTR.exceptionType) ??
      "error",
    message: span.status.message || (readString(exception, ATTR.exceptionMessage) ?? ""),
  };
}

const USAGE = {
  input_tokens: [ATTR.usageInputTokens, "gen_ai.usage.prompt_tokens"],
  output_tokens: [ATTR.usageOutputTokens, "gen_ai.usage.completion_tokens"],
  // The server's importers read one spelling and its cost query the other.
  cache_read_tokens: [ATTR.usageCacheReadInputTokens],
  cache_read_input_tokens: [ATTR.usageCacheReadInputTokens],
  cache_creation_tokens: [ATTR.usageCacheWriteInputTokens, "gen_ai.usage.cache_creation.input_tokens"],
  cache_creation_input_tokens: [ATTR.usageCacheWriteInputTokens, "gen_ai.usage.cache_creation.input_tokens"],
  reasoning_tokens: [ATTR.usageReasoningOutputTokens],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const USAGE_SOURCES: readonly (readonly [name: string, sources: readonly string[]])[] = Object.entries(USAGE);

/** Token counts under the names that CatSyphon sums up; undefined if the span has none. */
export function readUsage(attributes: Attributes): Record<string, number> | undefined {
  let usage: Record<string, number> | undefined;
  for (const [name, sources] of USAGE_SOURCES) {
    const count = readCount(attributes, sources);
    if (count === undefined) continue;
    usage ??= {};
    usage[name] = count;
  }
  return usage;
}

/** The server takes whole numbers only, and refuses the whole batch for anything else. */
function readCount(attributes: Attributes, sources: readonly string[]): number | undefined {
  for (const source of sources) {
    const value = attributes[source];
    if (typeof value !== "number") continue;
    const count = Math.round(value);
    return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
  }
  return undefined;
}

const STOP_REASONS: Readonly<Record<string, string>> = {
  length: "max_tokens",
  stop: "end_turn",
  tool_call: "tool_use",
  tool_calls: "tool_use",
};

/** The first finish reason in CatSyphon's words; `max_tokens` is the one it marks. */
export function readStopReason(attributes: Attributes, fallback?: string): string | undefined {
  const reasons = attributes[ATTR.responseFinishReasons];
  const first = (Array.isArray(reasons) ? reasons[0] : reasons) ?? fallback;
  if (typeof first !== "string") return undefined;
  return Object.hasOwn(STOP_REASONS, first) ? STOP_REASONS[first] : first;
}
