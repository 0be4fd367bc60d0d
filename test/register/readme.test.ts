import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runExample } from "../support/example.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("runs the example of the SDK's README", async () => {
  const readme = readFileSync(new URL("../../src/sdk/README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  const { stdout, stderr } = await runExample("sdk", example, { ...world.env(), OPENAI_API_KEY: "test" });
  expect(stdout).toContain("chat gpt-4.1-mini");
  expect(stderr).toBe("");
});
