import type { ReadableSpan } from "@kit/exporter-catsyphon";
import type { Attributes } from "@opentelemetry/api";
import { makeSpan, newTraceId } from "./spans.js";
import { random } from "./story.js";

const ODD: readonly unknown[] = [
  7,
  -1,
  1.5,
  1e300,
  Number.NaN,
  true,
  "",
  "text",
  "\u0000\ud800",
  "x".repeat(300),
  [],
  [null],
  [7, "a"],
  "null",
  "[null]",
  "[[]]",
  '[{"role":7,"parts":"x"}]',
  '[{"role":"user","parts":[null,7,"text",{},{"type":7},{"type":"text","content":7},{"type":"tool_call"}]}]',
  '[{"role":"user","parts":[{"type":"tool_call_response","id":7},{"type":"tool_call_response","id":"","response":null}]}]',
  '[{"role":"assistant","parts":[{"type":"tool_call","id":7,"name":7,"arguments":"{"},{"type":"reasoning"},{"type":"blob"}]}]',
  '[{"role":"assistant","content":"plain"},{"content":"no role"}]',
  '{"role":"user"}',
  '[{"role":"user","parts":[{"type":"te',
  `[${'{"role":"user","parts":['.repeat(50)}`,
];

const NAMES = [
  "gen_ai.agent.name",
  "gen_ai.agent.version",
  "gen_ai.conversation.id",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.request.previous_response.id",
  "gen_ai.response.finish_reasons",
  "gen_ai.response.id",
  "gen_ai.response.model",
  "gen_ai.system_instructions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.id",
  "gen_ai.tool.call.result",
  "gen_ai.tool.name",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "error.type",
  "session.id",
];

const OPERATIONS = ["chat", "execute_tool", "invoke_agent", "invoke_workflow", "embeddings", 7, undefined];

/** Spans of all operations whose attributes hold what no convention foresaw. */
export function hostileSpans(count: number, seed: number): ReadableSpan[] {
  const source = random(seed);
  const pick = <T>(items: readonly T[]) => items[source.upTo(items.length - 1)] as T;
  const spans: ReadableSpan[] = [];
  for (let n = 0; n < count; n++) {
    const parent = source.chance(0.6) ? spans.at(-1 - source.upTo(Math.min(5, spans.length - 1))) : undefined;
    const attributes: Record<string, unknown> = { "gen_ai.operation.name": pick(OPERATIONS) };
    for (const name of NAMES) if (source.chance(0.5)) attributes[name] = pick(ODD);
    const resource = { "service.name": pick(ODD), "process.working_directory": pick(ODD) } as Attributes;
    const error = source.chance(0.3) ? { error: { message: String(pick(ODD)) } } : {};
    const start = source.upTo(1_000) - 500;
    const end = start + source.upTo(50) - 10;
    const traceId = parent ? {} : { traceId: newTraceId() };
    spans.push(
      makeSpan({ parent, ...traceId, start, end, attributes: attributes as Attributes, resource, ...error }),
    );
  }
  return spans;
}
