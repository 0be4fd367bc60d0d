import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CohereInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const matrix = (name: string) => new URL(`../../../matrix/${name}/package.json`, import.meta.url);

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { CohereInstrumentation } from "@kit/instrumentation-cohere";');
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(CohereInstrumentation.definition.versions).toEqual([">=7.7.5 <9"]);
  expect(readme).toContain("`cohere-ai` 7.7.5 to 8.x");
  for (const name of ["cohere-7.14", "cohere-7", "cohere-8"]) {
    const { dependencies } = JSON.parse(readFileSync(matrix(name), "utf8"));
    expect(readme).toContain(dependencies["cohere-ai"]);
  }
});
