import { type AgentPulseOptions, AgentPulseSpanExporter, type ReadableSpan } from "@kit/exporter-agentpulse";
import { afterEach, expect, it, vi } from "vitest";
import type { SentEvent } from "../support/agentpulse/index.js";
import { seeded } from "../support/seeded.js";
import { startServer } from "./harness.js";
import { oddSpans } from "./odd-spans.js";

afterEach(() => vi.restoreAllMocks());

const VARIANTS: readonly AgentPulseOptions[] = [
  {},
  { exportSpans: "all", emitSpanStart: true },
  { captureMessages: true, llmEvents: "both" },
];
const cases = VARIANTS.flatMap((options) => [1, 2, 3, 4, 5, 6].map((seed) => ({ seed, options })));

/** What the dashboard does with an event: it calls methods of these. */
function expectDisplayable({ data }: SentEvent): void {
  for (const key of ["model", "status", "error", "summary", "message", "job"]) {
    if (data[key] !== undefined) expect(data[key], key).toBeTypeOf("string");
  }
  for (const key of ["tokens", "cost_usd", "duration"]) {
    if (data[key] !== undefined) expect(Number.isFinite(data[key]), key).toBe(true);
  }
  const isShown = [data.summary, data.message, data.error, data.job].some((text) => typeof text === "string");
  expect(isShown || typeof data.duration === "number").toBe(true);
}

/** A moment is told as part of the span it was in. */
function shownId(span: ReadableSpan): string {
  const isMoment = ["event", "metric", "alert", "error"].includes(String(span.attributes["kit.kind"]));
  return (isMoment && span.parentSpanContext?.spanId) || span.spanContext().spanId;
}

it.each(cases)(
  "whatever spans come, the server accepts all that is sent: $seed $options",
  async ({ seed, options }) => {
    const server = await startServer({ limits: { eventsPerDay: 1e6 } });
    const exporter = new AgentPulseSpanExporter({
      endpoint: server.url,
      apiKey: server.key,
      heartbeatInterval: 0,
      compression: "none",
      ...options,
    });
    const spans: ReadableSpan[] = oddSpans(150, seeded(seed));
    const result = await new Promise((resolve) => exporter.export(spans, resolve));
    await exporter.shutdown();
    expect(result).toEqual({ code: 0 });
    expect(server.ingests.map(({ answer }) => answer?.status)).toEqual(server.ingests.map(() => 200));
    for (const { raw, body } of server.ingests) {
      expect(raw.byteLength).toBeLessThanOrEqual(250_000);
      expect(JSON.parse(body).events.length).toBeLessThanOrEqual(100);
    }
    for (const event of server.accepted) {
      expectDisplayable(event);
      expect(event.kind).not.toBe("alert_fired");
      if (event.kind === "cost") {
        expect(event.data.tokens).toBeGreaterThanOrEqual(0);
        expect(Number(event.data.cost_usd ?? 0)).toBeGreaterThanOrEqual(0);
      }
      if (event.kind === "cron") expect(event.data.status).toMatch(/^(ok|fail)$/);
    }
    // Nothing is forgotten: each span that is told has its event, but for a metric without a value.
    const told = new Set(server.accepted.map(({ span_id: id }) => id));
    const silent = spans.filter((span) => !told.has(shownId(span)));
    const isOurs = (span: ReadableSpan) =>
      options.exportSpans === "all" ||
      Object.keys(span.attributes).some((name) => /^(gen_ai|kit)\./.test(name));
    for (const span of silent.filter(isOurs)) {
      expect(span.attributes["kit.kind"]).toBe("metric");
      expect(Number.isFinite(span.attributes["kit.metric.value"])).toBe(false);
    }
  },
);
