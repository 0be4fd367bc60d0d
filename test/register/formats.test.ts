import { expect, it } from "vitest";
import { NODES } from "../support/nodes.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { runIn } from "../support/register/run-app.js";

const REGISTER = ["--import", "@kit/register"];
const WAYS: readonly (readonly [title: string, file: string, flags: readonly string[]])[] = [
  ["an ES module", "chat.mjs", REGISTER],
  ["a CommonJS file", "chat.cjs", REGISTER],
  ["a CommonJS file with --require", "chat.cjs", ["--require", "@kit/register"]],
  ["an ES module with --require", "chat.mjs", ["--require", "@kit/register"]],
  ["a CommonJS file that imports an ES module", "wrapper.cjs", REGISTER],
  ["an SDK that is imported by the path of a file", "by-path.mjs", REGISTER],
  ["an SDK of which a part is required", "by-path.cjs", REGISTER],
  ["an SDK that is imported late", "late.mjs", REGISTER],
  ["a worker thread", "worker.mjs", REGISTER],
  ["TypeScript through tsx", "typescript.ts", ["--import", "tsx", ...REGISTER]],
  ["TypeScript with tsx after us", "typescript.ts", [...REGISTER, "--import", "tsx"]],
  ["TypeScript that compiles to CommonJS", "commonjs/typescript.ts", ["--import", "tsx", ...REGISTER]],
];
/** What Node reads by itself from version 22 on, the first of which are to be asked for it. */
const TYPESCRIPT: readonly (readonly [title: string, file: string, flags: readonly string[]])[] = [
  ["an ES module", "typescript.ts", REGISTER],
  ["CommonJS by its ending", "native.cts", REGISTER],
  ["CommonJS by its ending with --require", "native.cts", ["--require", "@kit/register"]],
  ["CommonJS by its package", "commonjs/native.ts", REGISTER],
  ["CommonJS in a file that is required", "commonjs/requires.ts", REGISTER],
  ["CommonJS in a file that is imported", "imports-commonjs.mts", REGISTER],
];
/** ES modules that cannot be told by the name of the entry file, of which Node may warn. */
const MODULES: readonly (readonly [title: string, file: string])[] = [
  ["by its syntax alone", "typeless/chat.js"],
  ["that a CommonJS file requires", "requires-module.cjs"],
  ["that a CommonJS file requires, by its syntax alone", "typeless/requires.cjs"],
  ["that an ES module requires", "creates-require.mjs"],
];

const world = useWorld();

it("leaves --require out of the thread of module loaders, where some Nodes would end the process", async () => {
  const flags = ["--require", "@kit/register", "--require", "./tells-of-loader-thread.cjs"];
  const { code, stdout, stderr } = await world.run({}, "chat.mjs", { flags });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
  // Newer Nodes hook modules without that thread.
  expect(["", "loaders: 0 files of the hook\n"]).toContain(stderr);
});

describeOnNodes((node, { since }) => {
  it.each(WAYS)("traces %s", async (_, file, flags) => {
    const { code, stdout, stderr } = await world.run({}, file, { flags, node });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Hello yourself\n", stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });

  it.each(MODULES)("traces an ES module %s", async (_, file) => {
    const { code, stdout, stderr } = await world.run({}, file, { node });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
    expect(stderr).not.toContain("[kit]");
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });

  it("leaves the built-in modules that are globals in a program of the command line", async () => {
    const program = [
      "module",
      `import OpenAI from "openai";
       console.log(typeof fs.readFileSync, typeof module.createRequire);
       await new OpenAI().chat.completions.create({ model: "gpt-4.1-mini", messages: [] });`,
    ] as const;
    const { code, stdout, stderr } = await runIn("openai-7", program, {
      flags: REGISTER,
      env: world.env(),
      node,
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "function function\n", stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });

  it("runs CommonJS that tsx has read, and traces it where hooks run in the application's own thread", async () => {
    const flags = ["--import", "tsx", ...REGISTER];
    const { code, stdout, stderr } = await world.run({}, "compiled.cts", { flags, node });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Hello yourself\n", stderr: "" });
    expect(world.collector.spans).toHaveLength(since("22.22.3", "24.11.1") ? 1 : 0);
  });

  it.runIf(since("22", "24")).each(TYPESCRIPT)(
    "traces TypeScript without a compiler: %s",
    async (_, file, flags) => {
      const asked = since("22.18", "24") ? flags : ["--experimental-strip-types", ...flags];
      const { code, stdout, stderr } = await world.run({}, file, { flags: asked, node });
      expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
      expect(stderr.replace(/^.*(ExperimentalWarning|--trace-warnings).*\n/gm, "")).toBe("");
      expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
    },
  );
}, NODES);
