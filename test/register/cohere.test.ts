import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["cohere.cjs", "cohere.mjs", "cohere-aws.cjs", "cohere-aws.mjs"])(
  "records cohere-ai in %s",
  async (file) => {
    const message = { role: "assistant", content: [{ type: "text", text: "Hello yourself" }] };
    const url = world.provider.serve("/cohere", json({ id: "1", message, finish_reason: "COMPLETE" }));
    const { stdout } = await world.run({ COHERE_URL: url }, file);
    expect(stdout).toBe("Hello yourself\n");
    expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
      ["chat command-a-03-2025", "@kit/instrumentation-cohere"],
    ]);
  },
);
