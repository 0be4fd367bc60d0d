import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LiteLLMInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { LiteLLMInstrumentation } from "@kit/instrumentation-litellm";');
});

it("documents the versions, the files and the methods that the code has", () => {
  const { versions, files = [], targets } = LiteLLMInstrumentation.definition;
  expect(versions).toEqual([">=0.7.0 <1"]);
  expect(readme).toContain("`litellm` 0.7 up to 0.x");
  for (const file of files) expect(readme).toContain(file.split("/").at(-1));
  for (const { method } of targets({}, undefined)) expect(readme).toContain(`| \`${method}\``);
});
