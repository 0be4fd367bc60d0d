import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runExample } from "../support/example.js";
import { loadPty } from "../support/sprites/processes.js";
import { MACAROON, TOKEN } from "../support/sprites/server.js";
import { Harness } from "./harness.js";

const harness = new Harness();
const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "src/sprites/README.md"), "utf8");
const examples = [...readme.matchAll(/^## (.*)\n\n```ts\n([\s\S]*?)```/gm)].map(
  ([, heading = "", code = ""]) => ({
    heading,
    code,
  }),
);

/** What each example prints, in part. One without an entry fails: new examples need to be looked at. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  Example: /^Hello from Sprite!\n\n0\n$/,
  Configure: /^https:\/\/api\.sprites\.dev http:\/\/127\.0\.0\.1:\d+\n$/,
  "Run commands": /total[\s\S]*total[\s\S]*Hello, World!\n$/,
  "Read output as it arrives": /^line 1\nline 2\nline 3\n0\n$/,
  "Start now, wait later": /^1\n2\n3\n$/,
  "Use a terminal": /./,
  // Who is not root also reads there which folders are closed to them.
  Callbacks: /^STDOUT: [\s\S]*\/etc\/host[\s\S]*Process exited with code: \d\n$/,
  "Environment and directory": /MY_VAR=my_value[\s\S]*\/tmp\n$/,
  Checkpoints:
    /complete: Checkpoint (v\d+)[\s\S]*Created checkpoint: \1\n\1: 20[\s\S]*complete: Restore[\s\S]*History: /,
  Errors: /code: 1\nError: ls:[\s\S]*timed out!\nRestore failed: checkpoint not found: invalid-id\n$/,
  "Sandboxes, sessions, files, services, network":
    /^9 false\n[\s\S]*main\.sh[\s\S]*started\nstdout\ncomplete\nmy-box\n$/,
  Ports: /^http:\/\/127\.0\.0\.1:\d+ leads to port 3000 in the sandbox\n$/,
  Tokens: /^\d+\n$/,
};

it("has every example of the Python package's README", () => {
  expect(examples.map(({ heading }) => heading)).toEqual(Object.keys(PRINTS));
});

it.each(examples)("runs the example: $heading", async ({ heading, code }) => {
  if (heading === "Use a terminal" && loadPty() === undefined) return;
  harness.server.add("sprite-id");
  const env = { SPRITES_TOKEN: TOKEN, SPRITES_ENDPOINT: harness.server.endpoint };
  const program = code
    .replaceAll("your-api-token", TOKEN)
    .replaceAll("your-macaroon", MACAROON)
    .replaceAll("your-organization", "acme");
  const { stdout, stderr } = await runExample(`sprites-${heading}`, program, env);
  expect(stderr).toBe("");
  expect(stdout).toMatch(PRINTS[heading] as RegExp);
});

it("names every option and variable", () => {
  const source = (file: string) => readFileSync(join(root, "src/sprites/src", file), "utf8");
  const namesIn = (file: string, name: string) => {
    const [, body = ""] = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source(file)) ?? [];
    return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, option]) => option as string);
  };
  const options = [
    ...namesIn("config.ts", "SpritesClientOptions"),
    ...namesIn("exec/exec-options.ts", "ExecOptions"),
  ];
  const variables = [...source("config.ts").matchAll(/env\.(\w+)/g)].map(([, name]) => name as string);
  expect(options.length).toBeGreaterThan(20);
  expect(variables.length).toBeGreaterThan(1);
  expect([...options, ...variables].filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
