import { expect, it } from "vitest";
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
