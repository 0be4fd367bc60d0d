import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GoogleGenAIInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const matrix = (major: number) =>
  new URL(`../../../matrix/google-genai-${major}/package.json`, import.meta.url);

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain(
    'import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";',
  );
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(GoogleGenAIInstrumentation.definition.versions).toEqual([">=1.0.0 <4"]);
  expect(readme).toContain("`@google/genai` 1 to 3");
  for (const major of [1, 2, 3]) {
    const { dependencies } = JSON.parse(readFileSync(matrix(major), "utf8"));
    expect(readme).toContain(dependencies["@google/genai"]);
  }
});
