import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { resolveOptions } from "./options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("lists every option with its default", () => {
  const rows = new Map(
    [...readme.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name, value]),
  );
  const defaults = resolveOptions({ name: "x", transport: { send: async () => ({ kind: "delivered" }) } });
  for (const [name, value] of Object.entries(defaults)) {
    const stated = rows.get(name)?.trim().replace(/`/g, "");
    expect(stated === "maxBatchItems" ? "100" : stated?.split(" ")[0], name).toBe(String(value));
  }
  const source = readFileSync(new URL("./options.ts", import.meta.url), "utf8");
  const names = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  expect(names.filter((name) => !rows.has(name))).toEqual([]);
});
