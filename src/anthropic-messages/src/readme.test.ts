import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as index from "./index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("tells everything that the package exports", () => {
  const exported = Object.keys(index).filter((name) => name !== "VERSION");
  expect(exported.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

it("shows an example of at most ten lines that uses what the package exports", () => {
  const [example = ""] = /(?<=```ts\n)[^`]+/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  const [, imported = ""] = /import \{ ([^}]+) \} from "@kit\/anthropic-messages"/.exec(example) ?? [];
  expect(Object.keys(index)).toEqual(expect.arrayContaining(imported.split(", ")));
});
