import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("runs the example of the SDK's README", async () => {
  const readme = readFileSync(new URL("../../src/sdk/README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  const name = `readme-${process.pid}.mjs`;
  const file = new URL(`./apps/${name}`, import.meta.url);
  writeFileSync(file, example);
  try {
    const { stdout, stderr } = await world.run({}, name, { flags: [] });
    expect(stdout).toContain("chat gpt-4.1-mini");
    expect(stderr).toBe("");
  } finally {
    rmSync(file);
  }
});
