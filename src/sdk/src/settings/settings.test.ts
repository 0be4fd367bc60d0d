import { expect, it } from "vitest";
import { Configuration } from "../configuration.js";
import { readSettings } from "./settings.js";

it.each([
  [
    "attributePerEventCountLimit",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT",
  ],
  [
    "attributePerLinkCountLimit",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT",
  ],
] as const)(
  "reads %s under the name of the specification, then under that of OpenTelemetry's SDK",
  (limit, specified, own) => {
    const read = (variables: Record<string, string>) =>
      readSettings({}, new Configuration(variables, () => {})).spanLimits[limit];
    expect(read({})).toBe(128);
    expect(read({ [own]: "3" })).toBe(3);
    expect(read({ [own]: "3", [specified]: "2" })).toBe(2);
  },
);

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

it("turns a signal off where a list of exporters names none of them", () => {
  const read = (list: string) =>
    readSettings({}, new Configuration({ OTEL_TRACES_EXPORTER: list }, () => {})).traces.exporters;
  expect(read("otlp,console")).toEqual(["otlp", "console"]);
  expect(read("otlp,none")).toEqual([]);
});
