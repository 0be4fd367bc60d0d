import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["together.cjs", "together.mjs"])("records together-ai in %s", async (file) => {
  const choices = [
    { index: 0, message: { role: "assistant", content: "Hello yourself" }, finish_reason: "stop" },
  ];
  const url = world.provider.serve("/together", json({ id: "made-up", model: "llama", choices }));
  const { stdout } = await world.run({ TOGETHER_BASE_URL: url, TOGETHER_API_KEY: "made-up" }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["chat llama", "@kit/instrumentation-together"],
  ]);
});
