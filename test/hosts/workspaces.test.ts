import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { MODULES, useApplication } from "../support/register/application.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runApp } from "../support/register/run-app.js";

const ASK = `async () => {
  const client = new OpenAI();
  await client.chat.completions.create({ model: "gpt-4.1-mini", messages: [] });
}`;
const PROGRAMS = {
  "an ES module that init finds loaded": [
    "loaded.mjs",
    `import { ask } from "@acme/module"; import { init } from "@kit/sdk"; init(); ask();`,
    [],
  ],
  "CommonJS that init finds loaded": [
    "loaded.cjs",
    `const { ask } = require("@acme/commonjs"); require("@kit/sdk").init(); ask();`,
    [],
  ],
  "an ES module that was required when init finds it": [
    "required.cjs",
    `const { ask } = require("@acme/module"); require("@kit/sdk").init(); ask();`,
    [],
  ],
  "an ES module that is imported": [
    "import.mjs",
    `import { ask } from "@acme/module"; ask();`,
    ["--import", "@kit/register"],
  ],
  "an ES module that is required": [
    "require.cjs",
    `const { ask } = require("@acme/module"); ask();`,
    ["--import", "@kit/register"],
  ],
} as const;

const world = useWorld();

/** A workspace, where only the package that calls a model has the SDK: nobody sees it from where the program starts. */
const application = useApplication(({ link, write }) => {
  link("@kit/sdk");
  link("@kit/register");
  for (const [file, text] of Object.values(PROGRAMS)) write(file, text);
});

beforeAll(() => {
  const { folder, write } = application;
  mkdirSync(join(folder, "node_modules/@acme"));
  for (const [name, type, text] of [
    ["module", "module", `import OpenAI from "openai"; export const ask = ${ASK};`],
    ["commonjs", "commonjs", `const OpenAI = require("openai"); exports.ask = ${ASK};`],
  ] as const) {
    mkdirSync(join(folder, "packages", name, "node_modules"), { recursive: true });
    symlinkSync(join(MODULES, "openai"), join(folder, "packages", name, "node_modules/openai"));
    symlinkSync(join(folder, "packages", name), join(folder, "node_modules/@acme", name));
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@acme/${name}`, type }));
    write(`packages/${name}/index.js`, text);
  }
});

describeOnNodes((node) => {
  it.each(Object.entries(PROGRAMS))("records the SDK of another package: %s", async (_, [file, , flags]) => {
    const options = { flags: ["--no-warnings", ...flags], cwd: application.folder, env: world.env(), node };
    const { code, stderr } = await runApp(pathToFileURL(join(application.folder, file)).href, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
});
