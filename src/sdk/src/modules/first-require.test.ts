import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onFirstRequire } from "./first-require.js";

let folder: string;
let require: NodeJS.Require;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-require-"));
  for (const name of ["wanted", "other"]) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    writeFileSync(join(folder, "node_modules", name, "index.js"), `exports.name = ${JSON.stringify(name)};`);
  }
  require = createRequire(join(folder, "app.js"));
});

afterAll(() => rmSync(folder, { recursive: true }));

it("acts once, when the module is loaded and before the application has it", () => {
  const seen: unknown[] = [];
  onFirstRequire("wanted", () => {
    seen.push(require.cache[require.resolve("wanted")]?.loaded);
    require("wanted").patched = true;
  });
  expect(require("other")).toEqual({ name: "other" });
  expect(seen).toEqual([]);
  expect(require("wanted")).toEqual({ name: "wanted", patched: true });
  expect(require("wanted")).toBe(require("wanted"));
  expect(seen).toEqual([true]);
});

it("acts before a part of the library is loaded", () => {
  const seen: string[] = [];
  (globalThis as { loaded?: string[] }).loaded = seen;
  writeFileSync(join(folder, "node_modules", "other", "part.js"), "loaded.push('part');");
  onFirstRequire("other", () => seen.push("acted"));
  require("other/part");
  expect(seen).toEqual(["acted", "part"]);
});

it("acts before the library itself is loaded where its files matter", () => {
  const seen: unknown[] = [];
  writeFileSync(join(folder, "node_modules", "other", "index.js"), "exports.inner = 1;");
  const path = join(folder, "node_modules", "other", "index.js");
  delete require.cache[path];
  onFirstRequire("other", () => seen.push(path in require.cache), true);
  expect(require("other")).toEqual({ inner: 1 });
  expect(seen).toEqual([false]);
});

it("leaves errors of the application's own requires alone", () => {
  let acted = false;
  onFirstRequire("absent", () => {
    acted = true;
  });
  expect(() => require("absent")).toThrow("Cannot find module 'absent'");
  expect(acted).toBe(false);
});
