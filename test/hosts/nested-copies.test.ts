import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MODULES, useApplication } from "../support/register/application.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runApp } from "../support/register/run-app.js";

/** What every package that needs it has a copy of, where the application itself has another version. */
const NESTED = ["@opentelemetry/instrumentation", "import-in-the-middle"];
const NEEDED_BY = ["@kit/genai", "@kit/sdk"];
/** What is published of a package, as far as programs need it. */
const PUBLISHED = ["package.json", "data", "dist/bundle"];

const world = useWorld();
let app: string;

/** A tree as npm lays it out in an application with another version of OpenTelemetry's instrumentation base. */
const application = useApplication(({ link, copy, write }) => {
  for (const name of installed()) {
    if (name.startsWith("@kit/")) copy(name, name, PUBLISHED);
    else link(name);
  }
  for (const owner of NEEDED_BY) for (const name of NESTED) copy(name, join(owner, "node_modules", name));
  app = write(
    "app.mjs",
    `import OpenAI from "openai";
     await new OpenAI().chat.completions.create({ model: "gpt-4.1-mini", messages: [] });`,
  );
});

function installed(): string[] {
  const names = readdirSync(MODULES).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(MODULES, name)).map((part) => `${name}/${part}`) : [name],
  );
  return names.filter((name) => !name.startsWith(".") && !NESTED.includes(name));
}

describeOnNodes((node) => {
  it("records ES modules where several packages of the kit have copies of the hook library", async () => {
    const { code, stderr } = await runApp(app, { cwd: application.folder, env: world.env(), node });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
});
