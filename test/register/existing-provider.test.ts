import { expect, it } from "vitest";
import { findNode } from "../support/nodes.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const OWN_FIRST = ["--import", "./own-provider.mjs", "--import", "@kit/register"];

it("sends spans to the provider that the application has, and nowhere else", async () => {
  const { stdout, stderr } = await world.run({}, "chat.mjs", { flags: OWN_FIRST });
  expect({ stdout, stderr }).toEqual({ stdout: "Hello yourself\nchat gpt-4.1-mini\n", stderr: "" });
  expect(world.collector.requests).toEqual([]);
});

it("tells so when asked what it does", async () => {
  const { stderr } = await world.run({ OTEL_LOG_LEVEL: "info" }, "chat.mjs", { flags: OWN_FIRST });
  expect(stderr).toContain("[kit] joined the TracerProvider of the application");
});

it("makes way for a provider that the application registers later", async () => {
  const { stdout, stderr } = await world.run({}, "late-provider.mjs");
  expect({ stdout, stderr }).toEqual({ stdout: "Hello yourself\nchat gpt-4.1-mini\n", stderr: "" });
  expect(world.collector.requests).toEqual([]);
});

it("lets tracers that were handed out before make the spans of that provider, too", async () => {
  const { stdout, stderr } = await world.run({}, "early-tracer.mjs");
  expect({ stdout, stderr }).toEqual({ stdout: "after\ntrue\nactive\n", stderr: "" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["before"]);
});

it("lets instruments that were handed out before record for the provider of the application", async () => {
  const { stdout, stderr } = await world.run({ OTEL_METRICS_EXPORTER: "otlp" }, "early-meter.mjs");
  expect({ stdout, stderr }).toEqual({ stdout: "early 2\nlate 3\n", stderr: "" });
  expect(world.collector.metrics.map(({ name }) => name)).toEqual(["early"]);
});

it.each([
  ["before", "chat.mjs", OWN_FIRST],
  ["after", "late-provider.mjs", ["--import", "@kit/register"]],
])("says that a backend hears nothing of a provider registered %s the kit", async (_, file, flags) => {
  const wanted = { AGENTPULSE_API_KEY: "ap_test", AGENTPULSE_ENDPOINT: "http://127.0.0.1:9" };
  const { stdout, stderr } = await world.run(wanted, file, { flags });
  expect(stdout).toBe("Hello yourself\nchat gpt-4.1-mini\n");
  expect(stderr).toBe(
    "[kit] the application has a TracerProvider of its own, to which AgentPulse cannot be added; " +
      "give it the result of createSpanProcessors() where it is created.\n",
  );
});

it("joins a provider of the 3.x line and warns of the second copy of the API", async (test) => {
  const node = findNode(24);
  test.skip(
    node == null,
    "OpenTelemetry 3.x needs Node 22.15, and node@24 cannot be installed from npm here",
  );
  const { stdout, stderr } = await world.run({}, "chat.mjs", {
    flags: ["--import", "./own-provider-3.mjs", "--import", "@kit/register"],
    node: node ?? "",
  });
  expect(stdout).toBe("Hello yourself\nchat gpt-4.1-mini\n");
  expect(stderr).toMatch(
    /^\[kit\] @opentelemetry\/api is loaded 2 times \(.*See "npm ls @opentelemetry\/api"\.\n$/,
  );
  expect(world.collector.requests).toEqual([]);
});

it.each([
  ["before", "chat.cjs", ["--require", "./own-instrumentations.cjs", "--import", "@kit/register"]],
  ["after", "own-instrumentations.cjs", ["--import", "@kit/register"]],
])("hooks a library that the application hooks too, %s us", async (_, file, flags) => {
  const { stdout, stderr } = await world.run({}, file, { flags });
  expect({ stdout, stderr }).toEqual({ stdout: "own hook\nHello yourself\n", stderr: "" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
});
