import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const MODEL = "mistral-small-latest";
const ANSWER = {
  id: "1",
  object: "chat.completion",
  model: MODEL,
  created: 1,
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello yourself" } }],
};

it.each([
  ["mistral.cjs", {}],
  ["mistral.mjs", {}],
  // The SDK makes a span for each request then.
  ["mistral.mjs", { MISTRAL_SDK_TELEMETRY: "global" }],
])("records the client of Mistral once in %s with %j", async (file, env) => {
  const url = world.provider.serve("/mistral", json(ANSWER));
  const { stdout } = await world.run({ ...env, MISTRAL_URL: url }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    [`chat ${MODEL}`, "@kit/instrumentation-mistral"],
  ]);
});
