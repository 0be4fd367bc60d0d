import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const world = useWorld();
const REGISTER = pathToFileURL(createRequire(import.meta.url).resolve("@kit/register")).href;

it.each(["chat.mjs", "chat.cjs"])(
  "sees a library of %s that is not installed beside the program",
  async (app) => {
    const folder = temporaryFolder();
    const program = join(folder, "program.mjs");
    writeFileSync(program, `await import(${JSON.stringify(new URL(`apps/${app}`, import.meta.url).href)});`);
    const { stdout, stderr } = await world.run({}, pathToFileURL(program).href, {
      cwd: folder,
      flags: ["--import", REGISTER],
    });
    expect([stdout, stderr]).toEqual(["Hello yourself\n", ""]);
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  },
);
