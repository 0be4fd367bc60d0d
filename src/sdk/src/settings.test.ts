import { expect, it } from "vitest";
import { Configuration } from "./configuration.js";
import { readSettings } from "./settings.js";

function readMetrics(variables: Record<string, string>) {
  const problems: string[] = [];
  const { metrics } = readSettings({}, new Configuration(variables, (problem) => problems.push(problem)));
  return { timeoutMs: metrics.timeoutMs, problems };
}

it("lowers a timeout of metrics to their interval, and says so if it was asked for", () => {
  const asked = { OTEL_METRIC_EXPORT_INTERVAL: "1000", OTEL_METRIC_EXPORT_TIMEOUT: "1001" };
  expect(readMetrics(asked)).toEqual({
    timeoutMs: 1000,
    problems: ['OTEL_METRIC_EXPORT_TIMEOUT: "1001" is above OTEL_METRIC_EXPORT_INTERVAL; 1000 is used.'],
  });
  expect(readMetrics({ OTEL_METRIC_EXPORT_INTERVAL: "1000" })).toEqual({ timeoutMs: 1000, problems: [] });
  const equal = { ...asked, OTEL_METRIC_EXPORT_TIMEOUT: "1000" };
  expect(readMetrics(equal)).toEqual({ timeoutMs: 1000, problems: [] });
});
