import { expect, it } from "vitest";
import { BOUNDED, boundedBy } from "../support/process/preloads.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const paths = () => world.collector.requests.map(({ path }) => path);

it("appends the path of the signal to OTEL_EXPORTER_OTLP_ENDPOINT", async () => {
  await world.run({ OTEL_EXPORTER_OTLP_ENDPOINT: `${world.collector.endpoint}/base/` });
  expect(paths()).toEqual(["/base/v1/traces"]);
});

it("uses OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it stands, over the common one", async () => {
  await world.run({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${world.collector.endpoint}/as/it/stands`,
  });
  expect(paths()).toEqual(["/as/it/stands"]);
});

it("says that an endpoint without http:// is ignored", async () => {
  const { code, stderr } = await world.run({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "collector:4318",
  });
  expect(code).toBe(0);
  expect(stderr).toBe(
    "[kit] OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http:// or https:// URL; it is ignored.\n",
  );
  expect(paths()).toEqual(["/v1/traces"]);
});

it("warns once of a collector that is not there, and the program neither waits nor fails", async () => {
  // Without the first wait for a retry, which is a second.
  const { code, stdout, stderr } = await world.run(
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", ...boundedBy(500) },
    "chat.mjs",
    { preloads: BOUNDED },
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
  expect(stderr.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^\[kit\] OTLP traces: http:\/\/127\.0\.0\.1:9\/v1\/traces cannot be reached \(ECONNREFUSED\)/,
    ),
  ]);
});

it("keeps a password in the endpoint out of the warning", async () => {
  const { stderr } = await world.run({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://me:secret@127.0.0.1:9?key=secret",
  });
  expect(stderr).toContain("cannot be reached");
  expect(stderr).not.toContain("secret");
});

it("points from the gRPC port to the one of HTTP", async () => {
  const { stderr } = await world.run({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317" });
  expect(stderr).toContain("Port 4317 is usually gRPC; OTLP over HTTP is usually on 4318.");
});
