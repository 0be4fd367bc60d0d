import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { OllamaInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { OllamaInstrumentation } from "@kit/instrumentation-ollama";');
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(OllamaInstrumentation.definition.versions).toEqual([">=0.5.6 <0.7"]);
  for (const folder of ["ollama-0.5", "ollama"]) {
    const matrix = new URL(`../../../matrix/${folder}/package.json`, import.meta.url);
    const { dependencies } = JSON.parse(readFileSync(matrix, "utf8"));
    expect(readme).toContain(dependencies.ollama);
  }
});
