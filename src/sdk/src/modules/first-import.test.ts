import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { beforeFirstImport, isImportLoaded } from "./first-import.js";

let folder: string;
let count = 0;
const require = createRequire(import.meta.url);

/** Runs a CommonJS file with this source. */
function load(source: string): void {
  const file = join(folder, `file-${++count}.cjs`);
  writeFileSync(file, source);
  require(file);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-import-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

it("acts once, before a file that holds an import call runs", () => {
  const seen: string[] = [];
  (globalThis as { seen?: string[] }).seen = seen;
  beforeFirstImport(() => seen.push("hooked"));
  load("seen.push('plain file'); module.exports = 'important(';");
  load("// set `globalThis.File` to `import('node:buffer').File`\nseen.push('file that quotes one');");
  load("seen.push('file with one'); () => import('node:fs');");
  load("seen.push('another'); () => import('node:fs');");
  expect(seen).toEqual(["plain file", "file that quotes one", "hooked", "file with one", "another"]);
});

it("also acts before a file that makes an import from a text, as compiled TypeScript does", () => {
  let hooked = false;
  beforeFirstImport(() => {
    hooked = true;
  });
  load("new Function('name', 'return import(name)');");
  expect(hooked).toBe(true);
});

it.each([
  ["an ES module", "required.mjs", "export const x = 1;"],
  ["what only its syntax makes one", "typeless/required.js", 'import "node:fs";\nexport const x = 1;'],
])("also acts before %s is required", (_, name, source) => {
  let hooked = false;
  const stop = beforeFirstImport(() => {
    hooked = true;
  });
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(file, source);
  require(file);
  stop();
  expect(hooked).toBe(true);
});

it("knows whether a loaded file of the application could import, and asks no package", () => {
  const write = (name: string, source: string) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
    return file;
  };
  const plain = write("plain.cjs", "require('node:fs');");
  const packaged = write("node_modules/some/index.js", "import('node:fs');");
  expect(isImportLoaded([plain, packaged, join(folder, "gone.cjs")])).toBe(false);
  expect(isImportLoaded([plain, write("dynamic.cjs", "() => import('node:fs');")])).toBe(true);
});
