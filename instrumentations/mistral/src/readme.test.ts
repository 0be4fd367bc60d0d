import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MistralInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const matrix = (name: string) => new URL(`../../../matrix/mistral-${name}/package.json`, import.meta.url);

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { MistralInstrumentation } from "@kit/instrumentation-mistral";');
});

it("documents the versions that the code takes, and those that are tested", () => {
  expect(MistralInstrumentation.definition.versions).toEqual([">=1.0.3 <3"]);
  expect(readme).toContain("`@mistralai/mistralai` 1.0.3 to 2,");
  for (const name of ["1", "2.2", "2"]) {
    const { dependencies } = JSON.parse(readFileSync(matrix(name), "utf8"));
    expect(readme).toContain(dependencies["@mistralai/mistralai"]);
  }
});
