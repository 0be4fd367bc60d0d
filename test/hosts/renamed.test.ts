import { expect, it } from "vitest";
import { useApplication } from "../support/register/application.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runApp } from "../support/register/run-app.js";

/** As Next.js names the packages that it leaves out of its bundles. */
const HASH = "f0ed28f090f94724";

const world = useWorld();
let app: string;

const application = useApplication(({ link, write }) => {
  link("openai", `openai-${HASH}`);
  link("@anthropic-ai/sdk", `@anthropic-ai/sdk-${HASH}`);
  link("@kit/sdk");
  app = write(
    "app.mjs",
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

describeOnNodes((node) => {
  it.each(["import", "require"])("records a library that a framework renamed, by %s", async (how) => {
    const options = { flags: [], args: [how], cwd: application.folder, env: world.env(), node };
    const { code, stderr } = await runApp(app, options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual([
      "chat gpt-4.1-mini",
      "chat claude-haiku-4-5",
    ]);
  });
});
