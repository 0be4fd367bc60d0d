import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { startsAsCommonJS } from "./entry-point.js";

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, "module", "src"), { recursive: true });
  mkdirSync(join(folder, "commonjs"));
  writeFileSync(join(folder, "module", "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "commonjs", "package.json"), "{}");
});

it.each([
  ["commonjs/app.js", true],
  ["commonjs/app.cjs", true],
  ["commonjs/app.mjs", false],
  ["module/src/app.js", false],
  ["module/src/app.cjs", true],
  ["commonjs/app.ts", false],
  ["commonjs/app", false],
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
