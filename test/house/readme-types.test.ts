import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { publishedPackages, ROOT } from "./packages.js";

/** Below the root, so that the examples find the packages. */
const FOLDER = join(ROOT, "node_modules/.cache/kit-readme-types");

const STRICT = {
  extends: join(ROOT, "tsconfig.base.json"),
  // Nothing is written, and an example may end before it uses what it makes.
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    noUnusedLocals: false,
  },
  include: ["*.ts"],
};

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

it("shows TypeScript in the READMEs of packages that compiles as it stands there", () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{ "type": "module" }');
  writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(STRICT));
  const pages = publishedPackages().map(({ folder }) => `${folder}/README.md`);
  let count = 0;
  for (const page of pages) {
    const blocks = readFileSync(join(ROOT, page), "utf8").matchAll(/```ts\n([\s\S]*?)```/g);
    for (const [index, [, code = ""]] of [...blocks].entries()) {
      count += 1;
      writeFileSync(join(FOLDER, `${page.replace(/\W+/g, "-")}-${index}.ts`), `${code}\nexport {};\n`);
    }
  }
  expect(count).toBeGreaterThan(30);
  expect(typeErrors()).toBe("");
}, 120_000);

function typeErrors(): string {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return spawnSync(process.execPath, [compiler, "-p", FOLDER], { encoding: "utf8" }).stdout;
}
