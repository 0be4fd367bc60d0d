import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

function read(folder: string, door: string): string {
  const built = join(ROOT, folder, "dist", door);
  return readdirSync(built)
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(built, file), "utf8"))
    .join("\n");
}

/** Tools such as `@vercel/nft` copy the files that a program names in a form they know, and no others. */
describe("what is loaded late, and who has to find it", () => {
  it.each([
    [
      "src/sdk",
      [
        "@kit/genai/core",
        "@kit/instrumentation-openai",
        "@kit/instrumentation-anthropic",
        "@kit/instrumentation-langchain",
        "@kit/instrumentation-litellm",
        "@kit/exporter-agentpulse",
        "@kit/exporter-catsyphon",
        "@opentelemetry/otlp-transformer",
        "@opentelemetry/sdk-metrics",
        "@opentelemetry/sdk-logs",
        "import-in-the-middle/register-hooks.mjs",
        "import-in-the-middle/hook.mjs",
      ],
    ],
    ["src/genai", ["@pydantic/genai-prices", "../../data/upstream-prices.json"]],
  ])("in %s a tool that collects files finds by one `require`", (folder, names) => {
    const source = read(folder, "bundle");
    const made = Array.from(
      source.matchAll(/(\w+) = createRequire\w*\(import\.meta\.url\)/g),
      ([, name]) => name,
    );
    expect(made).toHaveLength(1);
    const calls = Array.from(
      source.matchAll(new RegExp(`\\b${made[0]}\\("([^"]+)"\\)`, "g")),
      ([, name]) => name,
    );
    expect(names.filter((name) => !calls.includes(name))).toEqual([]);
  });

  it.each(["src/sdk", "src/genai"])(
    "in %s a bundler finds imported, with no file of its own needed",
    (folder) => {
      const source = read(folder, "in-bundle");
      expect(source).not.toContain("import.meta");
      expect(source).not.toMatch(/\bfrom "\.\.\//);
    },
  );
});
