import { readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const SCRIPT = fileURLToPath(new URL("../../scripts/replace-files.mjs", import.meta.url));
const { replaceFiles } = (await import(pathToFileURL(SCRIPT).href)) as {
  replaceFiles(folder: string, files: readonly { path: string; text: string; mode?: number }[]): void;
};

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), "bundle");
});

const file = (name: string, text: string, mode?: number) => ({
  path: join(folder, name),
  text,
  ...(mode !== undefined && { mode }),
});

it("makes the folder hold these files and no others, those of an earlier build least of all", () => {
  replaceFiles(folder, [file("index.js", "1"), file("shared-a.js", "a"), file("below/part.js", "p")]);
  replaceFiles(folder, [file("index.js", "2"), file("shared-b.js", "b")]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".js"))).toEqual(["index.js", "shared-b.js"]);
  expect(readdirSync(folder, { recursive: true })).not.toContain(join("below", "part.js"));
  expect(readFileSync(join(folder, "index.js"), "utf8")).toBe("2");
});

it("leaves a file alone that stays the same", () => {
  replaceFiles(folder, [file("index.js", "1")]);
  utimesSync(join(folder, "index.js"), 1, 1);
  replaceFiles(folder, [file("index.js", "1")]);
  expect(statSync(join(folder, "index.js")).mtimeMs).toBe(1000);
});

// Windows has no such mode; npm writes a starter for each command there.
it.skipIf(process.platform === "win32")("lets a command be started", () => {
  replaceFiles(folder, [file("command.js", "#!/usr/bin/env node\n", 0o755)]);
  expect(statSync(join(folder, "command.js")).mode & 0o100).toBe(0o100);
});
