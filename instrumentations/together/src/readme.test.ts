import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { TogetherInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { TogetherInstrumentation } from "@kit/instrumentation-together";');
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(TogetherInstrumentation.definition.versions).toEqual([">=0.6.0 <1"]);
  for (const folder of ["together-0.6", "together"]) {
    const matrix = new URL(`../../../matrix/${folder}/package.json`, import.meta.url);
    const { dependencies } = JSON.parse(readFileSync(matrix, "utf8"));
    expect(readme).toContain(dependencies["together-ai"]);
  }
});
