import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");

it("lists every option of init in the table of the README", () => {
  const options = [...(read("options.ts") + read("agentpulse.ts")).matchAll(/^ {2}readonly (\w+)\?:/gm)].map(
    ([, name]) => name,
  );
  const inOtlp = [...read("otlp/settings.ts").matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  expect(options.length).toBeGreaterThan(35);
  const missing = [...options, ...inOtlp].filter(
    (name) => name !== "otlp" && name !== "batch" && !new RegExp(`\`(\\w+\\.)?${name}\``).test(readme),
  );
  expect(missing).toEqual([]);
});

it("lists every variable that is read in the README", () => {
  const sources = [
    "adapters",
    "adapter-config",
    "agentpulse",
    "log",
    "propagator",
    "resource",
    "sampler",
    "settings",
  ].map((name) => read(`${name}.ts`));
  const variables = new Set(
    [...sources.join().matchAll(/"((?:OTEL|KIT|AGENTPULSE)_[A-Z_]+)"/g)].map(([, name]) => name ?? ""),
  );
  expect(variables.size).toBeGreaterThan(10);
  expect([...variables].filter((name) => !readme.includes(name))).toEqual([]);
});
