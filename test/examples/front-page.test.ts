import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Every command on the page: lines of shell blocks, and what stands in the text as one. */
const commands = new Set(
  [
    ...Array.from(README.matchAll(/```sh\n([\s\S]*?)```/g), ([, block = ""]) => block.trim().split("\n")),
    ...Array.from(README.matchAll(/`((?:npm|node|docker) [^`\n]+)`/g), ([, command = ""]) => [command]),
  ].flat(),
);

/** A fresh clone has no keys, no servers, no settings. */
const { PATH = "", HOME = "" } = process.env;
const FRESH = { PATH, HOME, OTEL_EXPORTER_OTLP_ENDPOINT: "" };

async function run(program: string, args: readonly string[], cwd = ROOT, env: Record<string, string> = {}) {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...FRESH, ...env } });
  return stdout;
}

/** What an `npm run` does once everything is set up, which it is where tests run. */
async function npmRun(name: string, ...args: readonly string[]) {
  const [, program] = /^node scripts\/setup\.mjs && node (\S+)$/.exec(scripts[name] ?? "") ?? [];
  if (program === undefined) throw new Error(`npm run ${name} does something else: ${scripts[name]}`);
  return run(process.execPath, [program, ...args]);
}

/** The quickstart's application, of ES modules, against its local provider. */
async function runApplication(flags: readonly string[], env: Record<string, string>) {
  const { startLocalProvider } = await import("../../examples/quickstart/local-provider.js" as string);
  const provider = await startLocalProvider();
  try {
    return await run(process.execPath, [...flags, "app.js"], join(ROOT, "examples/quickstart"), {
      OPENAI_API_KEY: "local",
      OPENAI_BASE_URL: `${provider.url}/v1`,
      ANTHROPIC_API_KEY: "local",
      ANTHROPIC_BASE_URL: provider.url,
      ...env,
    });
  } finally {
    provider.stop();
  }
}

const RUN: Readonly<Record<string, () => Promise<void>>> = {
  "npm run demo": async () => {
    expect(await npmRun("demo")).toContain("└─ invoke_workflow release");
  },
  "npm run demo quickstart": async () => {
    expect(await npmRun("demo", "quickstart")).toContain("├─ execute_tool get_weather");
  },
  "node --import @kit/register app.js": async () => {
    const said = await runApplication(["--import", "@kit/register"], { OTEL_TRACES_EXPORTER: "console" });
    expect(said).toContain("plan a day");
  },
  "node --import ./telemetry.js --import @kit/register app.js": async () => {
    const own = join(import.meta.dirname, "telemetry.mjs");
    const flags = [own, "@kit/register"].flatMap((module) => ["--import", module]);
    const said = await runApplication(flags, { OTEL_TRACES_EXPORTER: "none" });
    expect(said.match(/name: 'chat gpt-4\.1-mini'/g)).toHaveLength(3);
    expect(said.match(/name: 'chat claude-sonnet-4-6'/g)).toHaveLength(1);
  },
  "npx @kit/sdk status": async () => {
    const command = join(ROOT, "src/sdk/dist/bin/kit-telemetry.js");
    // It exits with 1 where a library is too old to be recorded, and this workspace has such ones for others' sake.
    const said = await run(process.execPath, [command, "status"], ROOT, {
      OTEL_TRACES_EXPORTER: "console",
    }).catch(({ stdout }: { stdout: string }) => stdout);
    expect(said).toMatch(/✓ openai \d.*@kit\/instrumentation-openai/s);
  },
  "node --env-file=.env --import @kit/register app.js": async () => {
    const file = join(temporaryFolder(), ".env");
    writeFileSync(file, "OTEL_TRACES_EXPORTER=console\n");
    const said = await runApplication([`--env-file=${file}`, "--import", "@kit/register"], {});
    expect(said).toContain("plan a day");
  },
  "npm ls @opentelemetry/api import-in-the-middle": async () => {
    // It exits with 1 where anything at all is amiss in node_modules, and lists all the same.
    const listed = await run("npm", ["ls", "@opentelemetry/api", "import-in-the-middle"]).catch(
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(listed).toContain("import-in-the-middle@");
  },
};

/** Commands that this test cannot run, and what shows them instead. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  "npm install @kit/register @opentelemetry/api": "npm run test:peers runs it where a registry is",
  "docker compose up -d": "npm run test:peers runs it where an engine is",
  "docker compose --profile collector up -d": "npm run test:peers runs it where an engine is",
  "npm test": "runs this test",
  "npm run test:peers": "runs test/peers, and names what is absent",
  "npm run bench": "takes minutes, and measures",
};

describe("the front page", () => {
  it("has no command that nobody has tried", () => {
    const tried = new Set([...Object.keys(RUN), ...Object.keys(SHOWN_ELSEWHERE)]);
    expect([...commands].filter((command) => !tried.has(command))).toEqual([]);
    expect(Object.keys(RUN).filter((command) => !commands.has(command))).toEqual([]);
  });

  it("names only scripts that exist", () => {
    const named = [...commands].flatMap((command) => /^npm run (\S+)/.exec(command)?.[1] ?? []);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each(Object.entries(RUN))("`%s` does what the page says", { timeout: 120_000 }, async (_, check) => {
    await check();
  });
});
