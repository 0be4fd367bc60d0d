import { readFileSync } from "node:fs";
import { messages } from "@kit/anthropic-messages";
import { countTokens } from "@kit/chat-completions";
import type { Call } from "@kit/genai";
import { expect, it } from "vitest";
import { batches } from "./batches.js";
import { completions } from "./completions.js";
import { AnthropicInstrumentation } from "./instrumentation.js";
import { native } from "./native.js";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(example).toContain('import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";');
  expect(Object.keys(AnthropicInstrumentation.prototype.constructor)).toContain("definition");
});

it("tells the variable, its values and the versions that the code knows", () => {
  expect(readme).toContain(`\`nativeTelemetry\` | \`${native.variable}\` | \`ours\``);
  for (const mode of ["ours", "native", "both"]) expect(readme).toContain(`| \`${mode}\` |`);
  expect(AnthropicInstrumentation.definition.versions).toEqual([">=0.14.0 <2"]);
  expect(readme).toContain("| 0.14 to 0.133 |");
});

it("tells every operation and every attribute of ours that the package records", () => {
  const calls = [messages, countTokens("/"), completions, ...Object.values(batches)] as Call[];
  const operations = calls.map((call) => call.request({}).operation);
  expect(operations).toHaveLength(7);
  expect(
    [...operations, "kit.response.service_tier", "kit.container.id"].filter((name) => !readme.includes(name)),
  ).toEqual([]);
});
