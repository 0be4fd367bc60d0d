import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
const everything = () => {
  const { spans, metrics, logs } = world.collector;
  return JSON.stringify({ spans, metrics, logs }, (_, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
};
const ALL = { OTEL_LOGS_EXPORTER: "otlp", OTEL_METRICS_EXPORTER: "otlp" };

it("lets no byte of prompt or answer out unless asked", async () => {
  await world.run(ALL);
  expect(everything()).toContain("gen_ai.usage.input_tokens");
  expect(everything()).not.toMatch(/Hello/);
});

it("puts messages on spans for SPAN_ONLY", async () => {
  await world.run({ ...ALL, [VARIABLE]: "span_only" });
  expect(world.collector.spans[0]?.attributes["gen_ai.output.messages"]).toContain("Hello yourself");
  expect(JSON.stringify(world.collector.logs)).not.toContain("Hello");
});

it("puts messages on events for EVENT_ONLY", async () => {
  await world.run({ ...ALL, [VARIABLE]: "EVENT_ONLY" });
  expect(world.collector.spans[0]?.attributes).not.toHaveProperty(["gen_ai.output.messages"]);
  expect(JSON.stringify(world.collector.logs)).toContain("Hello yourself");
});

it("names an unknown value and records no content", async () => {
  const { stderr } = await world.run({ ...ALL, [VARIABLE]: "everything" });
  expect(stderr).toMatch(
    new RegExp(`^\\[kit\\] ${VARIABLE}: "everything" is not one of .*; NO_CONTENT is used\\.\\n$`),
  );
  expect(everything()).not.toMatch(/Hello/);
});
