import { randomBytes } from "node:crypto";
import type { ReadableSpan } from "@kit/exporter-catsyphon";
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";

/** One piece of a message as the conventions shape it. */
export const text = (content: string) => ({ type: "text", content });
export const reasoning = (content: string) => ({ type: "reasoning", content });
export const call = (id: string | undefined, name: string, args: unknown = {}) => ({
  type: "tool_call",
  ...(id === undefined ? {} : { id }),
  name,
  arguments: args,
});
export const response = (id: string | undefined, result: unknown) => ({
  type: "tool_call_response",
  ...(id === undefined ? {} : { id }),
  response: result,
});
export const user = (content: string) => ({ role: "user", parts: [text(content)] });
export const system = (content: string) => ({ role: "system", parts: [text(content)] });
export const assistant = (...parts: unknown[]) => ({
  role: "assistant",
  parts: parts.map((part) => (typeof part === "string" ? text(part) : part)),
});
export const toolMessage = (...parts: unknown[]) => ({ role: "tool", parts });

export interface SpanOptions {
  readonly name?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parent?: ReadableSpan | undefined;
  /** Parent in another process. */
  readonly remoteParentId?: string;
  /** Parent that the sampler left out. */
  readonly unsampledParentId?: string;
  /** Milliseconds after the beginning of the test's time. */
  readonly start?: number;
  readonly end?: number;
  readonly error?: { readonly type?: string; readonly message?: string };
  readonly attributes?: Attributes;
  readonly events?: ReadableSpan["events"];
  readonly resource?: Attributes;
}

const BEGINNING = 1_795_216_000;

export const newTraceId = () => randomBytes(16).toString("hex");

/** A span that has ended, with nothing but what is told here. */
export function makeSpan(options: SpanOptions): ReadableSpan {
  const { parent, error, start = 0, end = start + 1 } = options;
  const context: SpanContext = {
    traceId: options.traceId ?? parent?.spanContext().traceId ?? newTraceId(),
    spanId: options.spanId ?? randomBytes(8).toString("hex"),
    traceFlags: 1,
  };
  const parentContext = toParentContext(options, context);
  return {
    name: options.name ?? "span",
    startTime: toHrTime(start),
    endTime: toHrTime(end),
    attributes: { ...options.attributes, ...(error?.type ? { "error.type": error.type } : {}) },
    status: error ? { code: 2, ...(error.message ? { message: error.message } : {}) } : { code: 0 },
    events: options.events ?? [],
    resource: { attributes: { "service.name": "shop", ...options.resource } },
    ...(parentContext ? { parentSpanContext: parentContext } : {}),
    spanContext: () => context,
  };
}

function toParentContext(
  { parent, remoteParentId, unsampledParentId }: SpanOptions,
  context: SpanContext,
): SpanContext | undefined {
  if (parent) return parent.spanContext();
  if (remoteParentId) return { ...context, spanId: remoteParentId, isRemote: true };
  return unsampledParentId ? { ...context, spanId: unsampledParentId, traceFlags: 0 } : undefined;
}

export interface ChatOptions extends SpanOptions {
  readonly input?: unknown[];
  readonly output?: unknown[];
  readonly instructions?: unknown[];
}

/** A model call. Content that is not given is not captured. */
export function chatSpan(options: ChatOptions): ReadableSpan {
  const { input, output, instructions } = options;
  return makeSpan({
    name: "chat gpt-4o",
    ...options,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      ...(input && { "gen_ai.input.messages": JSON.stringify(input) }),
      ...(output && { "gen_ai.output.messages": JSON.stringify(output) }),
      ...(instructions && { "gen_ai.system_instructions": JSON.stringify(instructions) }),
      ...options.attributes,
    },
  });
}

export function toolSpan(
  options: SpanOptions & {
    readonly tool: string;
    readonly id?: string;
    readonly args?: unknown;
    readonly result?: unknown;
  },
): ReadableSpan {
  const { tool, id, args, result } = options;
  return makeSpan({
    name: `execute_tool ${tool}`,
    ...options,
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      ...(id !== undefined && { "gen_ai.tool.call.id": id }),
      ...(args !== undefined && { "gen_ai.tool.call.arguments": JSON.stringify(args) }),
      ...(result !== undefined && {
        "gen_ai.tool.call.result": typeof result === "string" ? result : JSON.stringify(result),
      }),
      ...options.attributes,
    },
  });
}

export function agentSpan(options: SpanOptions & { readonly agent?: string }): ReadableSpan {
  return makeSpan({
    name: `invoke_agent ${options.agent ?? ""}`.trim(),
    ...options,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      ...(options.agent !== undefined && { "gen_ai.agent.name": options.agent }),
      ...options.attributes,
    },
  });
}

function toHrTime(ms: number): HrTime {
  const whole = BEGINNING * 1000 + ms;
  return [Math.floor(whole / 1000), Math.round((whole % 1000) * 1e6)];
}
