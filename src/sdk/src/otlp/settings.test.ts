import { expect, it } from "vitest";
import { Configuration } from "../configuration.js";
import { type OtlpOptions, readOtlpSettings, type Signal } from "./settings.js";

function read(signal: Signal, variables: Record<string, string> = {}, options: OtlpOptions = {}) {
  const problems: string[] = [];
  const settings = readOtlpSettings(
    signal,
    options,
    new Configuration(variables, (problem) => problems.push(problem)),
  );
  return { ...settings, problems };
}

it("sends to the collector of this machine when nothing is said", () => {
  expect(read("logs")).toMatchObject({
    url: "http://localhost:4318/v1/logs",
    headers: {},
    protocol: "http/protobuf",
    timeoutMs: 10_000,
    compression: "none",
    problems: [],
  });
});

it("lets an option win over the signal's variable over the common one", () => {
  const variables = {
    OTEL_EXPORTER_OTLP_TIMEOUT: "1",
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://common/",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://own/path",
  };
  expect(read("traces", variables)).toMatchObject({
    url: "https://own/path",
    timeoutMs: 2,
    compression: "gzip",
  });
  expect(read("metrics", variables)).toMatchObject({ url: "https://common/v1/metrics", timeoutMs: 1 });
  const options = { endpoint: "http://option", timeoutMs: 3, compression: "none" } as const;
  expect(read("traces", variables, options)).toMatchObject({
    url: "http://option/v1/traces",
    timeoutMs: 3,
    compression: "none",
  });
});

it("goes on to the next endpoint when one is no URL", () => {
  const { url, problems } = read("traces", {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "localhost:4318",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://common",
  });
  expect(url).toBe("http://common/v1/traces");
  expect(problems).toEqual([
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http:// or https:// URL; it is ignored.",
  ]);
});

it("says that a certificate cannot be read, by the name of its variable", () => {
  const { tls, problems } = read("traces", { OTEL_EXPORTER_OTLP_CERTIFICATE: "/no/such/file" });
  expect(tls.ca).toBeUndefined();
  expect(problems).toEqual(["OTEL_EXPORTER_OTLP_CERTIFICATE: the file cannot be read; it is ignored."]);
});
