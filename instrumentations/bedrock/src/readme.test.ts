import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BedrockInstrumentation } from "./instrumentation.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { BedrockInstrumentation } from "@kit/instrumentation-bedrock";');
});

it("documents the versions that the code takes, and the one that is tested", () => {
  expect(BedrockInstrumentation.definition.versions).toEqual([">=3.587.0 <4"]);
  const matrix = new URL("../../../matrix/bedrock/package.json", import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(matrix, "utf8"));
  expect(readme).toContain(`3.587 to 3.x, tested with ${dependencies["@aws-sdk/client-bedrock-runtime"]}`);
  const { devDependencies } = JSON.parse(
    readFileSync(new URL("../../../test/package.json", import.meta.url), "utf8"),
  );
  const tested = devDependencies["@aws-sdk/client-bedrock-agent-runtime"].slice(1);
  expect(readme).toContain(`3.587 to 3.x,\ntested with 3.588.0 and ${tested}`);
  const { companions = [] } = BedrockInstrumentation.definition;
  expect(companions.map(({ versions }) => versions)).toEqual([[">=3.587.0 <4"]]);
});
