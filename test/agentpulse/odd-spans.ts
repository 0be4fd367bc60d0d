import type { ReadableSpan } from "@kit/exporter-agentpulse";
import type { Attributes, HrTime } from "@opentelemetry/api";

type Random = () => number;

const ODD: readonly unknown[] = [
  0,
  -0,
  7,
  -1,
  1.5,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  false,
  "",
  "text",
  "7",
  "ok",
  "session:x",
  "sk-abcdefgh Bearer ap_1234",
  "\u0000\ud800\u2028",
  '"\\'.repeat(5_000),
  "é".repeat(300),
  "x".repeat(300),
  "y".repeat(40_000),
  "😀".repeat(9_000),
  [],
  [null],
  ["a", null, "b"],
  [1, Number.NaN],
  Array(5_000).fill("item"),
  null,
  undefined,
  10n,
  Symbol("s"),
  () => 1,
  { nested: { a: 1 } },
  new Date(0),
  "null",
  "[[]]",
  '{"name":1,"model":{},"tokens":"x","cost_usd":"1","status":null,"__proto__":{"a":1},"toJSON":1,"extra":[]}',
  '{"a":"__proto__"}',
  '[{"role":7,"parts":"x"},null,{"role":"user","parts":[null,7,{"type":"text","content":7},{"type":"tool_call"}]}]',
  `[${'{"role":"user","parts":['.repeat(50)}`,
  `{"big":"${"z".repeat(30_000)}"}`,
];

const NAMES = [
  ...[
    "kit.kind",
    "kit.session.name",
    "kit.session.result",
    "kit.cron.job",
    "kit.cron.summary",
    "kit.event.name",
  ],
  ...["kit.event.data", "kit.metric.value", "kit.metric.tags", "kit.alert.message", "kit.alert.severity"],
  ...["kit.alert.details", "kit.function.arguments", "kit.function.result", "kit.cost.usd", "kit.outcome"],
  ...["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model"],
  ...[
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.response.finish_reasons",
    "gen_ai.request.stream",
  ],
  ...["gen_ai.response.time_to_first_chunk", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"],
  ...["gen_ai.usage.prompt_tokens", "gen_ai.usage.cache_read.input_tokens", "gen_ai.input.messages"],
  ...["gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.agent.name", "gen_ai.tool.name"],
  ...["gen_ai.conversation.id", "session.id", "error.type", "exception.type", "exception.message"],
  ...["gen_ai.prompt.0.content", "custom", "__proto__", "toJSON", "constructor"],
];

const KINDS = [
  "session",
  "cron",
  "event",
  "metric",
  "alert",
  "error",
  "agent",
  "task",
  "tool",
  "trace",
  "other",
];
const OPERATIONS = ["chat", "embeddings", "execute_tool", "invoke_agent", "invoke_workflow", "plan", "", 7];

/** Spans whose every part is what no convention foresaw. The same for a seed. */
export function oddSpans(count: number, random: Random): ReadableSpan[] {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const attributes = (share: number) => {
    const some = NAMES.filter(() => random() < share).map((name) => [name, pick(ODD)]);
    return Object.fromEntries(some) as Attributes;
  };
  const hex = (length: number) => Array.from({ length }, () => pick([..."0123456789abcdef"])).join("");
  const time = (): HrTime =>
    pick<HrTime>([
      [1_795_216_753, 999_999_999],
      [0, 0],
      [9e9, 1],
      [Number.NaN, 0],
      [-1, 5],
    ]);
  return Array.from({ length: count }, () => {
    const spanContext = { traceId: hex(32), spanId: hex(16), traceFlags: 1 };
    const own = attributes(pick([0.05, 0.3, 0.9]));
    if (random() < 0.6) own["kit.kind"] = pick(KINDS);
    if (random() < 0.5) own["gen_ai.operation.name"] = pick(OPERATIONS);
    const events = Array.from({ length: pick([0, 0, 1, 60]) }, () => ({
      name: pick(["exception", "kit.log", "gen_ai.user.message", "x".repeat(400)]),
      time: time(),
      attributes: attributes(0.1),
    }));
    return {
      name: pick(["chat gpt-4o", "", "event x", "n".repeat(20_000), "😀\ud800"]),
      startTime: time(),
      endTime: time(),
      attributes: own,
      status: { code: pick([0, 1, 2, 9]), message: pick(["", "boom", "m".repeat(5_000)]) },
      events,
      links: Array.from({ length: pick([0, 20]) }, () => ({
        context: spanContext,
        attributes: attributes(0.1),
      })),
      resource: { attributes: { "service.name": pick(ODD) } as Attributes },
      instrumentationScope: { name: pick(["scope", "s".repeat(20_000)]) },
      ...(random() < 0.5 && { parentSpanContext: { ...spanContext, spanId: hex(16) } }),
      spanContext: () => spanContext,
    };
  });
}
