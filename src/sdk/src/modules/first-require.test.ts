import { mkdirSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { onFirstRequire } from "./first-require.js";

let folder: string;
let require: NodeJS.Require;

beforeAll(() => {
  folder = temporaryFolder();
  for (const name of ["wanted", "other"]) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    writeFileSync(join(folder, "node_modules", name, "index.js"), `exports.name = ${JSON.stringify(name)};`);
  }
  require = createRequire(join(folder, "app.js"));
});

it("acts once, when the module is loaded and before the application has it", () => {
  const seen: unknown[] = [];
  const action = () => {
    seen.push(require.cache[require.resolve("wanted")]?.loaded);
    require("wanted").patched = true;
  };
  onFirstRequire([{ library: "wanted", action }]);
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
  onFirstRequire([{ library: "other", action: () => seen.push("acted") }]);
  require("other/part");
  expect(seen).toEqual(["acted", "part"]);
});

it("acts before the library itself is loaded where its files matter", () => {
  const seen: unknown[] = [];
  writeFileSync(join(folder, "node_modules", "other", "index.js"), "exports.inner = 1;");
  const path = join(folder, "node_modules", "other", "index.js");
  delete require.cache[path];
  const action = () => seen.push(path in require.cache);
  onFirstRequire([{ library: "other", action, before: true }]);
  expect(require("other")).toEqual({ inner: 1 });
  expect(seen).toEqual([false]);
});

it("knows a library by the path that a tool requires on Windows", () => {
  let acted = 0;
  const stop = onFirstRequire([{ library: "@scope/wanted", action: () => (acted += 1), before: true }]);
  const path = "C:\\app\\node_modules\\@scope\\wanted\\index.js";
  expect(() => require(path)).toThrow("Cannot find module");
  expect(acted).toBe(1);
  stop();
});

it("leaves errors of the application's own requires alone", () => {
  let acted = false;
  const action = () => {
    acted = true;
  };
  onFirstRequire([{ library: "absent", action }]);
  expect(() => require("absent")).toThrow("Cannot find module 'absent'");
  expect(acted).toBe(false);
});

it("waits for each of several libraries on its own, and leaves nothing behind when it need not wait longer", () => {
  const { prototype } = Module as unknown as { prototype: { require: unknown } };
  const original = prototype.require;
  const seen: string[] = [];
  const stop = onFirstRequire(
    ["wanted", "other", "absent"].map((library) => ({ library, action: () => seen.push(library) })),
  );
  require("other");
  require("other");
  expect(seen).toEqual(["other"]);
  require("wanted");
  expect(seen).toEqual(["other", "wanted"]);
  stop();
  expect(prototype.require).toBe(original);
  expect(() => require("absent")).toThrow();
  expect(seen).toEqual(["other", "wanted"]);
});
