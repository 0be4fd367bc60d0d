import { isDeepStrictEqual } from "node:util";
import type { RunResult } from "./run.js";
import type { Report, SpanSeen } from "./scenario.js";

/** What one scenario showed in one place of the matrix. */
export interface Verdict {
  readonly name: string;
  /** Places where bare and instrumented differ, each with both values; empty when the application sees no difference. */
  readonly differences: readonly string[];
  /** What is wrong with the spans; undefined when each call has exactly one, finished once, with the right outcome. */
  readonly spans: string | undefined;
}

/**
 * Holds the instrumented run against the bare one, scenario by scenario. An SDK with telemetry of its own behaves
 * in one of two ways, with and without a tracer provider: the application must see one of them.
 */
export function compareRuns(
  bare: RunResult,
  native: RunResult | undefined,
  instrumented: RunResult,
): Verdict[] {
  const names = [...new Set([...bare.reports, ...instrumented.reports].map(({ name }) => name))];
  return names.map((name) => {
    const [one, other, third] = [bare, instrumented, native].map((run) =>
      run?.reports.find((report) => report.name === name),
    );
    if (!one || !other) return { name, differences: ["ran only once"], spans: undefined };
    const found = differences(one, other);
    const asNative = third !== undefined && differences(third, other).length === 0;
    return { name, differences: asNative ? [] : found, spans: wrongSpans(other) };
  });
}

function differences(bare: Report, instrumented: Report): string[] {
  const broken = /\[scenario threw\]|\[hung\]/.exec(JSON.stringify(bare.observation.seen));
  if (broken)
    return [`the scenario itself fails, bare: ${JSON.stringify(bare.observation.seen).slice(0, 300)}`];
  return [...differ(bare.observation, instrumented.observation, "")];
}

function* differ(one: unknown, other: unknown, path: string): Generator<string> {
  if (isDeepStrictEqual(one, other)) return;
  if (!isObject(one) || !isObject(other)) {
    yield `${path}: bare ${short(one)}, instrumented ${short(other)}`;
    return;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)]))
    yield* differ(one[key], other[key], `${path}/${key}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}

function wrongSpans({ expectedSpans, optionalSpans, spans }: Report): string | undefined {
  const left = [...spans];
  const unsound = spans.filter(({ ends, consistent }) => ends !== 1 || !consistent);
  if (expectedSpans === "untold") return unsound.length === 0 ? undefined : `unsound: ${tell(unsound)}`;
  const missing = expectedSpans.filter((expected) => {
    const at = left.findIndex((span) => fits(span, expected));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const surplus = left.filter((span) => !optionalSpans.some((optional) => fits(span, optional)));
  if (missing.length + surplus.length + unsound.length === 0) return undefined;
  return `expected ${expectedSpans.join(", ") || "none"}; got ${tell(spans)}`;
}

function fits({ operation, outcome, ends }: SpanSeen, expected: string): boolean {
  const [name, outcomes = ""] = expected.split(" ");
  return operation === name && ends === 1 && outcomes.split("|").includes(outcome);
}

function tell(spans: readonly SpanSeen[]): string {
  const words = spans.map(({ operation, outcome, ends, consistent }) => {
    const times = ends === 1 ? "" : ` ended ${ends} times`;
    return `${operation} ${outcome}${times}${consistent ? "" : " (status, error.type or kind do not fit)"}`;
  });
  return words.join(", ") || "none";
}
