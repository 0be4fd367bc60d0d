import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["google-genai.cjs", "google-genai.mjs"])("records @google/genai in %s", async (file) => {
  const candidates = [
    { content: { role: "model", parts: [{ text: "Hello yourself" }] }, finishReason: "STOP" },
  ];
  const { stdout } = await world.run(
    { GOOGLE_BASE_URL: world.provider.serve("/google", json({ candidates })) },
    file,
  );
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["generate_content gemini-2.5-flash", "@kit/instrumentation-google-genai"],
  ]);
});
