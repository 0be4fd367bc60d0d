import { context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { SpanSeen } from "./scenario.js";

interface Entry {
  readonly scenario: string;
  readonly span: Span;
  ends: number;
}

/** Keeps every span with the scenario in which it started, so that one that ends late, twice or never is found. */
export class Recorder implements SpanProcessor {
  scenario = "";
  readonly #entries = new Map<string, Entry>();

  onStart(span: Span): void {
    this.#entries.set(span.spanContext().spanId, { scenario: this.scenario, span, ends: 0 });
  }

  onEnd(span: ReadableSpan): void {
    const entry = this.#entries.get(span.spanContext().spanId);
    if (entry) entry.ends += 1;
  }

  /** The spans that started in `scenario`, the application's own left out. */
  spansOf(scenario: string): SpanSeen[] {
    const entries = [...this.#entries.values()].filter((entry) => entry.scenario === scenario);
    return entries.filter(({ span }) => !isForeign(span)).map(toSpanSeen);
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

export const OWN_SPAN = "application";

/** The application's own span, and what an SDK says of calls that are none of a model: lists of models, say. */
function isForeign(span: Span): boolean {
  const { name, instrumentationScope, attributes } = span as unknown as ReadableSpan;
  return (
    name === OWN_SPAN ||
    (instrumentationScope.name.startsWith("com.anthropic") && !("gen_ai.operation.name" in attributes))
  );
}

function toSpanSeen({ span, ends }: Entry): SpanSeen {
  const { attributes, status, kind } = span as unknown as ReadableSpan;
  const operation = String(attributes["gen_ai.operation.name"] ?? "?");
  const failed = status.code === SpanStatusCode.ERROR;
  const given = attributes["kit.outcome"];
  const outcome = typeof given === "string" ? given : failed ? "error" : "completed";
  return {
    operation,
    outcome: ends === 0 ? "unfinished" : outcome,
    ends,
    ours: (span as unknown as ReadableSpan).instrumentationScope.name.startsWith("@kit/"),
    consistent:
      failed === (attributes["error.type"] !== undefined) &&
      failed === ["error", "aborted"].includes(outcome) &&
      status.code !== SpanStatusCode.OK &&
      (kind === SpanKind.CLIENT) === (operation !== "execute_tool" && operation !== "invoke_agent"),
  };
}

/** A tracer provider as an application would set it up, with `recorder` where an exporter would be. */
export function provideTracing(recorder: Recorder): NodeTracerProvider {
  const provider = new NodeTracerProvider({ spanProcessors: [recorder] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return provider;
}
