import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { startsAsCommonJS } from "./entry-point.js";

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, "module", "src"), { recursive: true });
  mkdirSync(join(folder, "commonjs"));
  mkdirSync(join(folder, "typeless"));
  writeFileSync(join(folder, "module", "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "commonjs", "package.json"), '{ "type": "commonjs" }');
  writeFileSync(join(folder, "typeless", "package.json"), "{}");
  for (const [file, source] of Object.entries(SOURCES)) writeFileSync(join(folder, file), source);
  symlinkSync(join(folder, "module", "src", "app.js"), join(folder, "commonjs", "link.js"));
});

const SOURCES = {
  "commonjs/app.js": "",
  "commonjs/app.cjs": "",
  "commonjs/app.mjs": "",
  "commonjs/app.ts": "",
  "commonjs/app": "",
  "module/src/app.js": "",
  "module/src/app.cjs": "",
  "typeless/requires.js": "// import x from 'y'\nconst imported = require('y');\nexports.z = imported;",
  "typeless/imports.js": '#!/usr/bin/env node\n"use strict";import{x}from"y";',
  "typeless/exports.js": "const x = 1;\nexport { x };",
  "typeless/awaits.js": "const { x } = await import('y');",
};

it.each([
  ["commonjs/app.js", true],
  ["commonjs/app.cjs", true],
  ["commonjs/app.mjs", false],
  ["module/src/app.js", false],
  ["module/src/app.cjs", true],
  ["commonjs/app.ts", false],
  ["commonjs/app", false],
  ["commonjs/link.js", false],
  ["commonjs/missing.js", false],
  ["typeless/requires.js", true],
  ["typeless/imports.js", false],
  ["typeless/exports.js", false],
  ["typeless/awaits.js", false],
])("tells of %s whether it is CommonJS: %s", (file, expected) => {
  // Vitest itself runs in a worker, where the answer is always no.
  expect(startsAsCommonJS(join(folder, file), "", true)).toBe(expected);
});

it("is in doubt of a worker, of no file, and of other preloads, which may be loaders", () => {
  const file = join(folder, "commonjs", "app.js");
  expect(startsAsCommonJS(file, "--import @kit/register", true)).toBe(true);
  expect(startsAsCommonJS(file, "--import tsx --import @kit/register", true)).toBe(false);
  expect(startsAsCommonJS(file, "", false)).toBe(false);
  expect(startsAsCommonJS("", "", true)).toBe(false);
});
