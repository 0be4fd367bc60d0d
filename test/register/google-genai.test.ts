import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["google-genai.cjs", "google-genai.mjs"])("records @google/genai in %s", async (file) => {
  const answer = (part: object) =>
    json({ candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP" }] });
  const answers = [answer({ functionCall: { name: "look" } }), answer({ text: "Hello yourself" })];
  const { stdout } = await world.run({ GOOGLE_BASE_URL: world.provider.serve("/google", answers) }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["generate_content gemini-2.5-flash", "@kit/instrumentation-google-genai"],
    ["execute_tool look", "@kit/instrumentation-google-genai"],
    ["generate_content gemini-2.5-flash", "@kit/instrumentation-google-genai"],
  ]);
});
