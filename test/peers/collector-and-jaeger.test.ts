import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLLECTOR, JAEGER } from "../support/peers/binaries.js";
import { RealCollector } from "../support/peers/collector.js";
import { type JaegerSpan, RealJaeger } from "../support/peers/jaeger.js";

const ROOT = join(import.meta.dirname, "../..");

/** Runs the quickstart against its local provider, and waits for its trace in Jaeger. */
async function quickstart(
  endpoint: string,
  jaeger: RealJaeger,
  variables: Readonly<Record<string, string>> = {},
): Promise<readonly JaegerSpan[]> {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["scripts/demo.mjs", "quickstart"], {
    cwd: ROOT,
    env: {
      ...env,
      ...variables,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_ONLY",
    },
  });
  expect(stderr).toBe("");
  const [, traceId = ""] = /^trace (\w+)/m.exec(stdout) ?? [];
  return jaeger.trace(traceId, 7);
}

/** OpenTelemetry JS starts spans on whole milliseconds, so a last child can seem to end just after its parent. */
const ROUNDED = /^clock skew adjustment disabled/;

const NO_CONTENT =
  /^gen_ai\.(input\.messages|output\.messages|system_instructions|tool\.call\.(arguments|result))$/;
const contentOf = (spans: readonly JaegerSpan[]) =>
  spans.flatMap(({ attributes }) => Object.keys(attributes).filter((key) => NO_CONTENT.test(key)));

describe.skipIf(!JAEGER)("Jaeger (absent unless JAEGER_BIN names it, or it is on the PATH)", () => {
  let jaeger: RealJaeger;
  beforeAll(async () => {
    jaeger = await RealJaeger.start(JAEGER as string);
  });
  afterAll(() => jaeger?.stop());

  function expectQuickstart(spans: readonly JaegerSpan[]): void {
    const root = spans.find(({ parentId }) => parentId === undefined);
    expect(root).toMatchObject({ name: "plan a day", service: "quickstart", kind: "internal" });
    const calls = spans.filter((span) => span !== root);
    expect(calls.map(({ parentId }) => parentId)).toEqual(calls.map(() => root?.spanId));
    expect(calls.map(({ name, kind, status }) => `${kind} ${name} ${status ?? "-"}`).toSorted()).toEqual([
      "client chat claude-sonnet-4-6 -",
      "client chat gpt-0 ERROR",
      "client chat gpt-4.1-mini -",
      "client chat gpt-4.1-mini -",
      "client chat gpt-4.1-mini -",
      "internal execute_tool get_weather -",
    ]);
    expect(spans.flatMap(({ warnings }) => warnings.filter((warning) => !ROUNDED.test(warning)))).toEqual([]);
    expect(calls.find(({ name }) => name === "chat claude-sonnet-4-6")?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "claude-sonnet-4-6",
      "gen_ai.usage.input_tokens": 2342,
      "gen_ai.usage.cache_read.input_tokens": 2318,
      "gen_ai.usage.output_tokens": 131,
      "gen_ai.response.finish_reasons": '["end_turn"]',
      "kit.cost.usd": expect.closeTo(0.0027, 3),
      "server.address": "127.0.0.1",
    });
    expect(calls.find(({ name }) => name === "chat gpt-0")).toMatchObject({
      attributes: { "error.type": expect.anything() },
    });
  }

  it("takes the trace as the kit sends it by default, and gives it back", async () => {
    const spans = await quickstart(jaeger.endpoint, jaeger);
    expectQuickstart(spans);
    expect(contentOf(spans)).not.toEqual([]);
    expect(await jaeger.services()).toContain("quickstart");
  });

  describe.skipIf(!COLLECTOR)("behind a collector (absent unless OTELCOL_BIN names it)", () => {
    let collector: RealCollector;
    beforeAll(async () => {
      collector = await RealCollector.start(COLLECTOR as string, jaeger.endpoint);
    });
    afterAll(() => collector?.stop());

    it("gets the same trace through the pipeline of docker-compose.yml, which keeps content to itself", async () => {
      const spans = await quickstart(collector.endpoint, jaeger, {
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "otlp",
      });
      expectQuickstart(spans);
      expect(contentOf(spans)).toEqual([]);
      // Its batches of metrics and logs go their own ways, and may come after the trace.
      const said = () => expect.poll(() => collector.said, { timeout: 10_000 });
      await said().toMatch(/Metrics\s.*"data points": \d/);
      await said().toMatch(/Logs\s.*"log records": \d/);
      expect(collector.said).not.toMatch(/\berror\b/);
    });
  });
});
