import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const script = (name: string) => pathToFileURL(join(ROOT, "scripts", name)).href;
let folder: string;

beforeAll(() => {
  folder = temporaryFolder("kit scripts ");
  writeFileSync(
    join(folder, "main.mjs"),
    `import { isMain } from ${JSON.stringify(script("main-module.mjs"))};
     console.log(isMain(import.meta.url));`,
  );
  writeFileSync(join(folder, "other.mjs"), `import "./main.mjs";`);
  // "junction" is what Windows lets everybody make; elsewhere it is a link.
  symlinkSync(folder, join(folder, "link"), "junction");
});

it.each([
  ["main.mjs", "true"],
  [join("link", "main.mjs"), "true"],
  ["other.mjs", "false"],
  [join("link", "other.mjs"), "false"],
])("a script that is started as %s knows whether it is the one that was started", (file, answer) => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, file)], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe(answer);
});

it("npm is started without a shell on Windows, whatever blanks its path has", async () => {
  const { npmCommand } = await import(script("npm.mjs"));
  const execPath = "C:\\Program Files\\nodejs\\node.exe";
  expect(npmCommand(["ci"], { platform: "linux", execPath, env: {} })).toEqual(["npm", ["ci"]]);
  expect(npmCommand(["ci"], { platform: "win32", execPath, env: {} })).toEqual([
    execPath,
    ["C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js", "ci"],
  ]);
  const ours = "D:\\tools\\npm\\bin\\npm-cli.js";
  const others = "D:\\tools\\yarn\\yarn.js";
  const command = (path: string) =>
    npmCommand([], { platform: "win32", execPath, env: { npm_execpath: path } })[1];
  expect(command(ours)).toEqual([ours]);
  expect(command(others)).toEqual(["C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js"]);
});

it("no script goes by the text of the command line, or starts a batch file", () => {
  for (const name of ["setup", "bundle", "test", "try-packages", "peers", "demo", "quickstart", "clean"]) {
    const text = readFileSync(join(ROOT, "scripts", `${name}.mjs`), "utf8");
    expect(text, name).not.toMatch(/import\.meta\.url ===|\((?:"npm"|"npx"|"node")|shell:/);
  }
});
