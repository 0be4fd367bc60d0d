import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const MODULES = join(import.meta.dirname, "../../node_modules");
const LIBRARY = "import-in-the-middle";
const OURS = ["--import", "@kit/register"];

const world = useWorld();
let folder: string;
let theirs: string[];

/** Another tool with a copy of the hook library to itself, as dd-trace brings it. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "kit-second-hook-")));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  cpSync(join(MODULES, LIBRARY), join(modules, LIBRARY), { recursive: true, dereference: true });
  const { dependencies } = JSON.parse(readFileSync(join(MODULES, LIBRARY, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies))
    symlinkSync(realpathSync(join(MODULES, name)), join(modules, name));
  const tool = join(folder, "tool.mjs");
  writeFileSync(
    tool,
    `import { register } from "node:module";
     import { Hook } from "${LIBRARY}";
     import * as inThread from "${LIBRARY}/register-hooks.mjs";
     const include = ["openai", "@anthropic-ai/sdk"];
     if (inThread.supportsSyncHooks()) inThread.register({ include });
     else register("${LIBRARY}/hook.mjs", import.meta.url, { data: { include } });
     new Hook(["openai"], () => console.log("seen by theirs"));`,
  );
  theirs = ["--import", pathToFileURL(tool).href];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeOnNodes((node) => {
  it.each([
    ["before", () => [...theirs, ...OURS]],
    ["after", () => [...OURS, ...theirs]],
  ])("sees ES modules beside another copy of the hook library that is registered %s", async (_, flags) => {
    const { stdout, stderr } = await world.run({}, "chat.mjs", { flags: flags(), node });
    expect(stdout).toContain("Hello yourself\n");
    expect(stderr).toMatch(/^(?!.*Error).*import-in-the-middle is loaded 2 times/s);
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
});
