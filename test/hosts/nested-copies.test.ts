import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runApp } from "../support/register/run-app.js";

const MODULES = join(import.meta.dirname, "../../node_modules");
/** What every package that needs it has a copy of, where the application itself has another version. */
const NESTED = ["@opentelemetry/instrumentation", "import-in-the-middle"];
const NEEDED_BY = ["@kit/genai", "@kit/sdk"];

const world = useWorld();
let folder: string;

/** A tree as npm lays it out in an application with another version of OpenTelemetry's instrumentation base. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "kit-nested-copies-")));
  const modules = join(folder, "node_modules");
  for (const name of installed()) {
    const target = join(modules, name);
    mkdirSync(dirname(target), { recursive: true });
    if (!name.startsWith("@kit/")) symlinkSync(realpathSync(join(MODULES, name)), target);
    else copy(name, target);
  }
  for (const name of NEEDED_BY.flatMap((owner) =>
    NESTED.map((nested) => join(owner, "node_modules", nested)),
  ))
    cpSync(
      realpathSync(join(MODULES, NESTED.find((nested) => name.endsWith(nested)) ?? "")),
      join(modules, name),
      {
        recursive: true,
      },
    );
  writeFileSync(
    join(folder, "app.mjs"),
    `import OpenAI from "openai";
     await new OpenAI().chat.completions.create({ model: "gpt-4.1-mini", messages: [] });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function installed(): string[] {
  const names = readdirSync(MODULES).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(MODULES, name)).map((part) => `${name}/${part}`) : [name],
  );
  return names.filter((name) => !name.startsWith(".") && !NESTED.includes(name));
}

function copy(name: string, target: string): void {
  const source = realpathSync(join(MODULES, name));
  const published = ["package.json", "data", "dist/bundle"].map((part) => join(source, part));
  cpSync(source, target, {
    recursive: true,
    filter: (path) => published.some((part) => path.startsWith(part) || part.startsWith(path)),
  });
}

describeOnNodes((node) => {
  it("records ES modules where several packages of the kit have copies of the hook library", async () => {
    const app = pathToFileURL(join(folder, "app.mjs")).href;
    const flags = ["--import", "@kit/register"];
    const { code, stderr } = await runApp(app, { flags, cwd: folder, env: world.env(), node });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
});
