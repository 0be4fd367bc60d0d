import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runApp } from "../support/register/run-app.js";

const MODULES = join(import.meta.dirname, "../../node_modules");
/** As Next.js names the packages that it leaves out of its bundles. */
const HASH = "f0ed28f090f94724";

const world = useWorld();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-renamed-"));
  for (const [name, target] of [
    [`openai-${HASH}`, "openai"],
    [`@anthropic-ai/sdk-${HASH}`, "@anthropic-ai/sdk"],
    ["@kit/sdk", "@kit/sdk"],
  ] as const) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(MODULES, target)), link);
  }
  writeFileSync(
    join(folder, "app.mjs"),
    `import { createRequire } from "node:module";
     import { init } from "@kit/sdk";
     init();
     const sdk = async (name) => {
       const how = process.argv[2];
       return how === "import" ? await import(name) : createRequire(import.meta.url)(name);
     };
     const { default: OpenAI } = await sdk("openai-${HASH}");
     await new OpenAI().chat.completions.create({ model: "gpt-4.1-mini", messages: [] });
     const { default: Anthropic } = await sdk("@anthropic-ai/sdk-${HASH}");
     const anthropic = new Anthropic({ apiKey: "test", baseURL: process.env.OPENAI_BASE_URL });
     await anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 5, messages: [] });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describeOnNodes((node) => {
  it.each(["import", "require"])("a library that a framework renamed is recorded: %s", async (how) => {
    const app = pathToFileURL(join(folder, "app.mjs")).href;
    const options = { flags: [], args: [how], cwd: folder, env: world.env(), node };
    const { code, stderr } = await runApp(app, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual([
      "chat gpt-4.1-mini",
      "chat claude-haiku-4-5",
    ]);
  });
});
