import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build as esbuild, type Plugin } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { runApp } from "../support/register/run-app.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const APP = join(import.meta.dirname, "apps", "chat.mjs");
/** What Node's own modules need in an ES module that holds CommonJS: esbuild's documentation has it. */
const REQUIRE = 'import { createRequire as $cr } from "node:module"; const require = $cr(import.meta.url);';

const world = useWorld();
/** Where modules can be found, and where there are none. */
let beside: string;
let alone: string;

beforeAll(() => {
  beside = mkdtempSync(join(import.meta.dirname, ".bundles-"));
  alone = temporaryFolder();
});
afterAll(() => {
  rmSync(beside, { recursive: true });
});

async function bundle(outfile: string, options: BuildOptions): Promise<string> {
  const { warnings } = await esbuild({
    entryPoints: [APP],
    outfile,
    bundle: true,
    platform: "node",
    logLevel: "silent",
    ...options,
  });
  expect(warnings).toEqual([]);
  return outfile;
}

/** As Rollup leaves it in an ES module: with no `require` that it could ask. */
const WITHOUT_REQUIRE: Plugin = {
  name: "without-require",
  setup({ onLoad }) {
    onLoad({ filter: /require-in-the-middle[\\/]index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(/\brequire\.(cache|resolve)\b/g, "nothing.$1"),
    }));
  },
};

async function bundleByVite(outDir: string): Promise<string> {
  const output = { entryFileNames: "app.mjs" };
  await vite({
    configFile: false,
    logLevel: "error",
    build: { ssr: APP, outDir, emptyOutDir: true, rolldownOptions: { output } },
    ssr: { noExternal: true },
  });
  return join(outDir, output.entryFileNames);
}

/** Runs a bundle as it is started, without any hook. */
async function run(file: string, ...args: string[]) {
  const run = await runApp(pathToFileURL(file).href, { flags: [], args, env: world.env() });
  return { ...run, spans: world.collector.spans };
}

const GOOD = { code: 0, stderr: "" };

describe.each([
  ["esbuild, CommonJS", () => bundle(join(alone, "whole.cjs"), { format: "cjs" })],
  ["esbuild, CommonJS, minified", () => bundle(join(alone, "min.cjs"), { format: "cjs", minify: true })],
  ["esbuild, ES module", () => bundle(join(alone, "whole.mjs"), { format: "esm", banner: { js: REQUIRE } })],
  ["vite", () => bundleByVite(join(alone, "vite"))],
] as const)("a bundle of everything: %s", (_, build) => {
  it("needs no other file to record what it is told to patch, with its cost", async () => {
    const { stdout, spans, ...end } = await run(await build(), "patch");
    expect(end).toMatchObject(GOOD);
    expect(stdout).toBe("patched\nHello yourself\n");
    expect(spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
    expect(spans[0]?.attributes["kit.cost.usd"]).toBeGreaterThan(0);
  });
});

describe.each([
  ["openai outside, the kit inside, CommonJS", "cjs", ["openai"]],
  ["openai outside, the kit inside, ES module", "esm", ["openai"]],
  ["both outside, CommonJS", "cjs", ["openai", "@kit/*"]],
  ["both outside, ES module", "esm", ["openai", "@kit/*"]],
] as const)("a bundle with %s", (_, format, external) => {
  it("records what it calls by itself", async () => {
    const name = `${external.length}-outside.${format === "cjs" ? "cjs" : "mjs"}`;
    const banner: Record<string, string> = format === "esm" ? { js: REQUIRE } : {};
    const file = await bundle(join(beside, name), { format, external: [...external], banner });
    const { stdout, spans, ...end } = await run(file);
    expect(end).toMatchObject(GOOD);
    expect(stdout).toBe("Hello yourself\n");
    expect(spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
});

it("a bundle that holds a broken hook leaves what the application requires alone", async () => {
  const file = await bundle(join(beside, "broken.mjs"), {
    entryPoints: [join(import.meta.dirname, "apps", "require.mjs")],
    format: "esm",
    external: ["openai"],
    banner: { js: REQUIRE },
    plugins: [WITHOUT_REQUIRE],
  });
  const { stdout, spans, ...end } = await run(file);
  expect(end).toMatchObject(GOOD);
  expect(stdout).toBe("Hello yourself true\n");
  expect(spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
});
