import { randomBytes } from "node:crypto";
import { ATTR, KIT_ATTR } from "@kit/genai";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { seeded } from "../support/seeded.js";

type Span = Parameters<SpanProcessor["onEnd"]>[0];

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const explosive = {
  get now() {
    throw new Error("read me not");
  },
  toJSON() {
    throw new Error("nor write me");
  },
};

/** What no convention foresaw, and some of it no SDK lets through. */
const ODD: readonly unknown[] = [
  ...[7, -1, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -0, 10n ** 30n],
  ...[true, false, null, undefined, "", " ", "ok", "error", "session:s", "__proto__", "constructor"],
  ...[
    "\u0000\ud800",
    "\u2028</script>",
    "é.ü-日本",
    "x".repeat(300),
    "y".repeat(40_000),
    "語".repeat(20_000),
  ],
  ...[[], [null], [7, "a", undefined], Array(5_000).fill("long"), [[[[]]]]],
  ...["null", "[null]", '{"kind":"alert_fired"}', '{"tokens":"7","cost_usd":{},"model":7,"error":[]}'],
  ...[
    '[{"role":7,"parts":"x"}]',
    '[{"role":"user","parts":[null,7,{"type":"text","content":7}]}]',
    '[{"role":"us',
  ],
  ...[new Date(0), new Date(Number.NaN), new Map([[1, 2]]), Symbol("s"), () => 1, cyclic, explosive],
];

const NAMES = [...Object.values(ATTR), ...Object.values(KIT_ATTR), "llm.usage.total_tokens", "app.fact"];
const OPERATIONS = [
  "chat",
  "embeddings",
  "execute_tool",
  "invoke_agent",
  "invoke_workflow",
  "plan",
  undefined,
];
const KINDS = ["session", "cron", "agent", "task", "tool", "trace", "event", "metric", "alert", "error", "?"];
const SPAN_NAMES = ["chat gpt-4o", "", "task ", "invoke_agent a", "\u0000", "n".repeat(20_000)];

/** Ended spans of all sorts, the same for the same seed but for their ids. */
export function hostileSpans(count: number, seed: number): Span[] {
  const next = seeded(seed);
  const pick = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T;
  const now = Math.floor(Date.now() / 1000);
  const ids = () => ({
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    traceFlags: 1,
  });
  const attributes = (share: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    for (const name of NAMES) if (next() < share) made[name] = pick(ODD);
    return made;
  };
  return Array.from({ length: count }, () => {
    const context = ids();
    const start = pick([now - 5, now - 5, now - 5, 0, now - 10 ** 9, now + 10 ** 9]);
    const odd = {
      name: pick(SPAN_NAMES),
      kind: 0,
      startTime: [start, 999_999_999],
      endTime: [start + pick([0, 1, 10, -10]), 0],
      attributes: {
        ...attributes(0.15),
        [ATTR.operationName]: pick(OPERATIONS),
        ...(next() < 0.5 && { [KIT_ATTR.kind]: pick(KINDS) }),
      },
      status: { code: pick([0, 1, 2]), message: pick(ODD) },
      events: Array.from({ length: pick([0, 0, 1, 50]) }, () => ({
        name: pick(["exception", "kit.log", "gen_ai.choice", ""]),
        time: [start, 0],
        attributes: attributes(0.05),
      })),
      links: Array.from({ length: pick([0, 0, 1, 20]) }, () => ({
        context: ids(),
        attributes: attributes(0.02),
      })),
      resource: { attributes: { "service.name": pick(ODD) } },
      instrumentationScope: { name: pick(["", "scope"]) },
      ...(next() < 0.5 && { parentSpanContext: ids() }),
      spanContext: () => context,
      duration: [0, 0],
      ended: true,
    };
    return odd as unknown as Span;
  });
}
