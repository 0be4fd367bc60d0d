import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["litellm.cjs", "litellm.mjs"])("records the litellm module in %s, each call once", async (file) => {
  const { stdout } = await world.run({ OPENAI_API_KEY: "sk-test" }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["chat gpt-4.1-mini", "@kit/instrumentation-litellm"],
    ["embeddings text-embedding-3-small", "@kit/instrumentation-litellm"],
  ]);
});
