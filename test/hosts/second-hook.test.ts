import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MODULES, useApplication } from "../support/register/application.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const LIBRARY = "import-in-the-middle";
const OURS = ["--import", "@kit/register"];

const world = useWorld();
let theirs: string[];

/** Another tool with a copy of the hook library to itself, as dd-trace brings it. */
useApplication(({ link, copy, write }) => {
  copy(LIBRARY);
  const { dependencies } = JSON.parse(readFileSync(join(MODULES, LIBRARY, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) link(name);
  const tool = write(
    "tool.mjs",
    `import { register } from "node:module";
     import { Hook } from "${LIBRARY}";
     import * as inThread from "${LIBRARY}/register-hooks.mjs";
     const include = ["openai", "@anthropic-ai/sdk"];
     if (inThread.supportsSyncHooks()) inThread.register({ include });
     else register("${LIBRARY}/hook.mjs", import.meta.url, { data: { include } });
     new Hook(["openai"], () => console.log("seen by theirs"));`,
  );
  theirs = ["--import", tool];
});

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
