import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("sends spans over OTLP when OTEL_TRACES_EXPORTER is not set", async () => {
  const { stdout, stderr } = await world.run();
  expect({ stdout, stderr }).toEqual({ stdout: "Hello yourself\n", stderr: "" });
  expect(world.collector.spans).toMatchObject([
    {
      name: "chat gpt-4.1-mini",
      kind: 3,
      scope: { name: "@kit/instrumentation-openai" },
      attributes: { "gen_ai.operation.name": "chat", "gen_ai.response.id": "chatcmpl-1" },
    },
  ]);
});

it("prints a tree and sends nothing for OTEL_TRACES_EXPORTER=console", async () => {
  const { stdout, stderr } = await world.run({ OTEL_TRACES_EXPORTER: "console" });
  const [answer, heading, titles, line] = stdout.split("\n");
  expect(answer).toBe("Hello yourself");
  expect(heading).toMatch(/^trace [0-9a-f]{32} {2}1 span · (?:<?\d+ ms|[\d.]+ s) · 12 tokens · \$0\.\d+$/);
  expect(titles).toMatch(/^ +in {2}cached {2}out +cost +time$/);
  expect(line).toMatch(/^chat gpt-4\.1-mini {2}10 +4 +2 +\$0\.0\d+ +(?:<?\d+ ms|[\d.]+ s)$/);
  expect(stderr).toBe("");
  expect(world.collector.requests).toEqual([]);
});

it("does both for a list", async () => {
  const { stdout } = await world.run({ OTEL_TRACES_EXPORTER: "otlp, console" });
  expect(stdout).toContain("trace ");
  expect(world.collector.spans).toHaveLength(1);
});

it("sends nothing for none", async () => {
  const { stdout, stderr } = await world.run({ OTEL_TRACES_EXPORTER: "none" });
  expect({ stdout, stderr }).toEqual({ stdout: "Hello yourself\n", stderr: "" });
  expect(world.collector.requests).toEqual([]);
});

it("names an unknown exporter in one line and goes on", async () => {
  const { code, stderr } = await world.run({ OTEL_TRACES_EXPORTER: "zipkin" });
  expect(code).toBe(0);
  expect(stderr).toBe(
    '[kit] OTEL_TRACES_EXPORTER: "zipkin" is not one of otlp, console, none; it is ignored.\n',
  );
  expect(world.collector.spans).toHaveLength(1);
});
