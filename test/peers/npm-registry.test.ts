import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.js";
import { VERDACCIO } from "../support/peers/binaries.js";
import { PeerProcess } from "../support/peers/peer-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const run = promisify(execFile);

/** A registry of our own: it takes what is ours from anybody, and gets the rest where npm gets it here. */
async function startRegistry(folder: string, url: string): Promise<PeerProcess> {
  const { stdout } = await run("npm", ["config", "get", "registry"]);
  const config = {
    storage: join(folder, "storage"),
    uplinks: { upstream: { url: stdout.trim() } },
    packages: {
      "@kit/*": { access: "$all", publish: "$anonymous" },
      "**": { access: "$all", proxy: "upstream" },
    },
    log: { type: "stdout", level: "warn" },
  };
  // JSON is YAML.
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const args = ["--config", join(folder, "config.yaml"), "--listen", url];
  return PeerProcess.start(VERDACCIO as string, args, { ready: `${url}/-/ping` });
}

const published = ["src", "instrumentations", "exporters"].flatMap((room) =>
  readdirSync(join(ROOT, room)).map((name) => join(ROOT, room, name)),
);

describe.skipIf(!VERDACCIO)("a registry (absent unless VERDACCIO_BIN names it)", { timeout: 600_000 }, () => {
  let folder: string;
  let registry: PeerProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = temporaryFolder();
    const url = `http://127.0.0.1:${await freePort()}`;
    registry = await startRegistry(folder, url);
    env = { ...process.env, npm_config_registry: url, [`npm_config_${url.slice(5)}/:_authToken`]: "anybody" };
    for (const cwd of published) await run("npm", ["publish"], { cwd, env });
  }, 600_000);
  afterAll(() => registry?.stop());

  it("gives an application the kit by the commands of the front page", async () => {
    const [, install = "", start = ""] =
      /once the packages are published:\n\n```sh\n(npm install .+)\n(node --import @kit\/register app\.js)\n```/.exec(
        README,
      ) ?? [];
    expect([install, start]).not.toContain("");
    const cwd = mkdtempSync(join(folder, "app-"));
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ name: "app", private: true }));
    writeFileSync(
      join(cwd, "app.js"),
      `const OpenAI = require("openai");
         const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "hi" } };
         const fetch = async () => Response.json({ id: "1", model: "gpt-4o", choices: [choice] });
         new OpenAI({ apiKey: "none", fetch }).chat.completions.create({ model: "gpt-4o", messages: [] }).then(() => {});`,
    );
    for (const command of ["npm install openai@6", install]) await run("sh", ["-c", command], { cwd, env });
    const console = { ...env, OTEL_TRACES_EXPORTER: "console" };
    const { stdout } = await run("sh", ["-c", start], { cwd, env: console });
    expect(stdout).toContain("chat gpt-4o");
  });
});
