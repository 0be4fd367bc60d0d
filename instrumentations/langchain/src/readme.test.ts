import { readFileSync } from "node:fs";
import { readChoice } from "@kit/genai/framework";
import { expect, it } from "vitest";
import { LangChainInstrumentation } from "./instrumentation.js";
import { INFERENCE_SPANS } from "./options.js";
import { MAX_RUNS } from "./run/runs.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { KitCallbackHandler } from "@kit/instrumentation-langchain";');
});

it("documents the variable, its values, the versions and the limit that the code has", () => {
  const { option, variable } = INFERENCE_SPANS;
  const mode = readChoice(INFERENCE_SPANS, undefined, {});
  expect(readme).toContain(`\`${option}\` | \`${variable}\` | \`${mode}\``);
  for (const mode of ["auto", "always", "never"]) {
    expect(readChoice(INFERENCE_SPANS, undefined, { [variable]: mode })).toBe(mode);
    expect(readme).toContain(`| \`${mode}\` |`);
  }
  expect(LangChainInstrumentation.definition.versions).toEqual([">=0.2.19 <2"]);
  expect(readme).toContain("| `@langchain/core` | 0.2.19 and later, 0.3, 1.x |");
  expect(readme).toContain(MAX_RUNS.toLocaleString("en-US"));
});
