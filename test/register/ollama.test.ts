import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["ollama.cjs", "ollama.mjs"])("records the ollama module in %s", async (file) => {
  const message = { role: "assistant", content: "Hello yourself" };
  const url = world.provider.serve("/ollama", json({ message, done: true, done_reason: "stop" }));
  const { stdout } = await world.run({ OLLAMA_URL: url }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["chat llama3.2", "@kit/instrumentation-ollama"],
  ]);
});
