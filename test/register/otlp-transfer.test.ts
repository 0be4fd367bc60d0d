import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("sends protobuf when OTEL_EXPORTER_OTLP_PROTOCOL is not set", async () => {
  await world.run();
  expect(world.collector.requests[0]?.headers["content-type"]).toBe("application/x-protobuf");
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
});

it("sends JSON for http/json", async () => {
  await world.run({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
  expect(world.collector.requests[0]?.headers["content-type"]).toBe("application/json");
  expect(world.collector.spans).toHaveLength(1);
});

it("says that grpc is not supported and sends protobuf over HTTP", async () => {
  const { stderr } = await world.run({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });
  expect(stderr).toBe(
    "[kit] OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not supported; http/protobuf is used, which collectors take on port 4318.\n",
  );
  expect(world.collector.requests).toHaveLength(1);
});

it("compresses for OTEL_EXPORTER_OTLP_COMPRESSION=gzip", async () => {
  await world.run({ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });
  expect(world.collector.requests[0]?.headers["content-encoding"]).toBe("gzip");
  expect(world.collector.spans).toHaveLength(1);
});

it("gives up on a silent collector after OTEL_EXPORTER_OTLP_TIMEOUT", async () => {
  world.collector.failNext({ kind: "hang" });
  const { code, stderr } = await world.run({ OTEL_EXPORTER_OTLP_TIMEOUT: "50" });
  expect(code).toBe(0);
  expect(stderr).toContain("cannot be reached (no answer in time)");
});

it("names an unusable timeout and uses the default", async () => {
  const { stderr } = await world.run({ OTEL_EXPORTER_OTLP_TIMEOUT: "10s" });
  expect(stderr).toBe('[kit] OTEL_EXPORTER_OTLP_TIMEOUT: "10s" is not a number; 10000 is used.\n');
});

it("tries again when the collector is busy", async () => {
  world.collector.failNext({ kind: "answer", status: 503 });
  const { stderr } = await world.run({}, "wait-for-delivery.mjs");
  expect(stderr).toBe("");
  expect(world.collector.requests).toHaveLength(2);
});

const LARGE = "large.mjs";
const WITH_LOGS = { OTEL_LOGS_EXPORTER: "otlp" };
const names = () => world.collector.spans.map(({ name }) => name).sort();
const all = Array.from({ length: 40 }, (_, index) => `span ${index}`).sort();

it.each([
  ["in good order", []],
  ["at process.exit()", ["exit"]],
])("sends large content in requests of a size that any collector takes: %s", async (_, args) => {
  const { stderr } = await world.run(WITH_LOGS, LARGE, { args });
  expect(stderr).toBe("");
  expect(names()).toEqual(all);
  expect(world.collector.logs).toHaveLength(40);
  expect(Math.max(...world.collector.requests.map(({ bytes }) => bytes))).toBeLessThan(1_100_000);
});

it("sends less at a time when a request was too large for the collector", async () => {
  world.collector.takeAtMost(250_000);
  const { stderr } = await world.run({}, LARGE);
  expect(stderr).toBe("");
  expect(names()).toEqual(all);
  const refused = world.collector.requests.filter(({ status }) => status === 413);
  expect(refused.length, "what it learned holds for what follows").toBeLessThan(6);
});

it("drops a span that is too large for the collector by itself, and says so", async () => {
  world.collector.takeAtMost(50_000);
  const { code, stderr } = await world.run({}, LARGE);
  expect(code).toBe(0);
  expect(stderr).toContain("refused a batch (HTTP 413 Payload Too Large); it is dropped.");
});

it("goes on with the rest of a batch of which a part was refused", async () => {
  world.collector.failNext({ kind: "answer", status: 400 });
  const { stderr } = await world.run({}, LARGE);
  expect(stderr).toContain("refused a batch (HTTP 400 Bad Request)");
  expect(names().length).toBeGreaterThan(25);
});
