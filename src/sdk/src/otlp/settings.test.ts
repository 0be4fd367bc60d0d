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

it("lets the path of an endpoint grow, and leaves what stands behind it", () => {
  const url = (endpoint: string) => read("traces", { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).url;
  expect(url("http://common/base/")).toBe("http://common/base/v1/traces");
  expect(url("http://common/base?key=1")).toBe("http://common/base/v1/traces?key=1");
});

it("leaves out what is no header, names its variable and does not repeat it", () => {
  const { headers, problems } = read("traces", {
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a,"authorization=Bearer secret"',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-line=a%0Ab",
  });
  expect(headers).toEqual({ "x-team": "a" });
  expect(problems).toEqual([
    expect.stringMatching(/^OTEL_EXPORTER_OTLP_HEADERS: .*quotation marks.*ignored\.$/),
    expect.stringMatching(/^OTEL_EXPORTER_OTLP_TRACES_HEADERS: /),
  ]);
  expect(problems.join()).not.toContain("secret");
});

it("keeps the other headers beside a part that is none, and does not repeat it", () => {
  const { headers, problems } = read("traces", {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20key,x-load=50%,secret",
  });
  expect(headers).toEqual({ authorization: "Bearer key" });
  expect(problems).toEqual([
    "OTEL_EXPORTER_OTLP_HEADERS: what is not a percent-encoded key=value pair is ignored.",
    "OTEL_EXPORTER_OTLP_HEADERS: what is not a percent-encoded key=value pair is ignored.",
  ]);
});

it("refuses a duration that no timer can wait", () => {
  const { timeoutMs, problems } = read("traces", { OTEL_EXPORTER_OTLP_TIMEOUT: "2147483648" });
  expect(timeoutMs).toBe(10_000);
  expect(problems).toEqual(['OTEL_EXPORTER_OTLP_TIMEOUT: "2147483648" is above 2147483647; 10000 is used.']);
  expect(read("traces", { OTEL_EXPORTER_OTLP_TIMEOUT: "2147483647" }).problems).toEqual([]);
});
