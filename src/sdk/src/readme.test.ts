import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");

it("lists every option of init in the table of the README", () => {
  const sources = read("settings/options.ts") + read("settings/agentpulse-options.ts");
  const options = [...sources.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  const inOtlp = [...read("otlp/settings.ts").matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  expect(options.length).toBeGreaterThan(35);
  const missing = [...options, ...inOtlp].filter(
    (name) => name !== "otlp" && name !== "batch" && !new RegExp(`\`(\\w+\\.)?${name}\``).test(readme),
  );
  expect(missing).toEqual([]);
});

it("lists every variable that is read in the README", () => {
  const files = readdirSync(new URL(".", import.meta.url), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")).map(read);
  const variables = new Set(
    [...sources.join().matchAll(/"((?:OTEL|KIT|AGENTPULSE)_[A-Z_]+)"/g)].map(([, name]) => name ?? ""),
  );
  expect(variables.size).toBeGreaterThan(30);
  // The limits, of spans and of log records, share one row.
  const missing = [...variables].filter(
    (name) => !/_LIMIT$|^OTEL_LOGRECORD$/.test(name) && !readme.includes(name),
  );
  expect(missing).toEqual([]);
});
