import { expect, it } from "vitest";
import { createLog } from "../log.js";
import { DeliveryReport } from "./report.js";

function report(url = "http://127.0.0.1:4318/v1/traces") {
  const lines: string[] = [];
  return {
    lines,
    report: new DeliveryReport(
      "traces",
      url,
      createLog(undefined, false, (line) => lines.push(line)),
    ),
  };
}

it("says once that a collector cannot be reached, however often", () => {
  const { lines, report: told } = report();
  for (let batch = 0; batch < 100; batch++) told.unreachable("ECONNREFUSED");
  expect(lines).toEqual([
    "OTLP traces: http://127.0.0.1:4318/v1/traces cannot be reached (ECONNREFUSED); traces are dropped until it can. " +
      "Start a collector, set OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_TRACES_EXPORTER=none.",
  ]);
});

it("does not call a collector unreachable that answers", () => {
  const { lines, report: told } = report();
  told.unreachable("HTTP 429 Too Many Requests");
  expect(lines).toEqual([
    "OTLP traces: http://127.0.0.1:4318/v1/traces takes no data now (HTTP 429 Too Many Requests); " +
      "traces are dropped until it does.",
  ]);
});

it("points from the gRPC port to the one of HTTP, whether nobody answers there or somebody refuses", () => {
  const hint = "Port 4317 is usually gRPC; OTLP over HTTP is usually on 4318.";
  const { lines, report: told } = report("http://127.0.0.1:4317/v1/traces");
  told.unreachable("ECONNRESET");
  told.refused("HTTP 400 Bad Request");
  expect(lines).toEqual([
    `OTLP traces: http://127.0.0.1:4317/v1/traces cannot be reached (ECONNRESET); traces are dropped until it can. ${hint}`,
    `OTLP traces: http://127.0.0.1:4317/v1/traces refused a batch (HTTP 400 Bad Request); it is dropped. ${hint}`,
  ]);
});

it.each([
  ["a certificate that nobody vouches for", "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ["plain HTTP on the other side", "EPROTO"],
  ["a file that holds no certificate", "ERR_OSSL_PEM_NO_START_LINE"],
])("points to the certificates for %s", (_, reason) => {
  const { lines, report: told } = report("https://collector/v1/traces");
  told.unreachable(reason);
  expect(lines[0]).toMatch(/ Check that it speaks TLS, and OTEL_EXPORTER_OTLP_CERTIFICATE\.$/);
});

it("says where the path comes from that a collector does not know", () => {
  const { lines, report: told } = report("http://127.0.0.1:4318/v1/traces/v1/traces");
  told.refused("HTTP 404 Not Found");
  expect(lines).toEqual([
    "OTLP traces: http://127.0.0.1:4318/v1/traces/v1/traces refused a batch (HTTP 404 Not Found); it is dropped. " +
      "/v1/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT, not to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.",
  ]);
});

it("says another reason too", () => {
  const { lines, report: told } = report();
  told.unreachable("ECONNREFUSED");
  told.refused("HTTP 404 Not Found");
  expect(lines).toHaveLength(2);
});

it("knows whether the last batch was lost", () => {
  const { report: told } = report();
  expect(told.isFailing).toBe(false);
  told.unreachable("ECONNREFUSED");
  expect(told.isFailing).toBe(true);
  told.delivered(1, undefined);
  expect(told.isFailing).toBe(false);
});

it("passes on why a collector took only a part", () => {
  const { lines, report: told } = report();
  told.delivered(9, "3 spans too old");
  expect(lines).toEqual(["OTLP traces: http://127.0.0.1:4318/v1/traces rejected a part: 3 spans too old"]);
});
