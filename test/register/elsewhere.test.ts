import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const REGISTER = pathToFileURL(createRequire(import.meta.url).resolve("@kit/register")).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kit-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.each(["chat.mjs", "chat.cjs"])(
  "sees a library of %s that is not installed beside the program",
  async (app) => {
    const program = join(folder, "program.mjs");
    await writeFile(
      program,
      `await import(${JSON.stringify(new URL(`apps/${app}`, import.meta.url).href)});`,
    );
    const { stdout, stderr } = await world.run({}, pathToFileURL(program).href, {
      cwd: folder,
      flags: ["--import", REGISTER],
    });
    expect([stdout, stderr]).toEqual(["Hello yourself\n", ""]);
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  },
);
