import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GroqInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { GroqInstrumentation } from "@kit/instrumentation-groq";');
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(GroqInstrumentation.definition.versions).toEqual([">=0.5.0 <2"]);
  for (const folder of ["groq-0.5", "groq-0", "groq-1"]) {
    const matrix = new URL(`../../../matrix/${folder}/package.json`, import.meta.url);
    const { dependencies } = JSON.parse(readFileSync(matrix, "utf8"));
    expect(readme).toContain(dependencies["groq-sdk"]);
  }
});
