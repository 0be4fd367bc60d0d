import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { Jaeger, JaegerSpan } from "./jaeger.js";

const ROOT = join(import.meta.dirname, "../../..");

/** Runs the quickstart against its local provider, and waits for its trace in Jaeger. */
export async function quickstart(
  endpoint: string,
  jaeger: Jaeger,
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

/** The whole trace, as Jaeger understands it. */
export function expectQuickstart(spans: readonly JaegerSpan[]): void {
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

const NO_CONTENT =
  /^gen_ai\.(input\.messages|output\.messages|system_instructions|tool\.call\.(arguments|result))$/;
/** Attributes that hold what was said. */
export const contentOf = (spans: readonly JaegerSpan[]) =>
  spans.flatMap(({ attributes }) => Object.keys(attributes).filter((key) => NO_CONTENT.test(key)));
