// Packs every published package, installs the tarballs into an empty application, and uses them there, as ES modules
// and as CommonJS: what works in the workspace by its links may miss a file or a dependency outside of it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npmCommand } from "./npm.mjs";
import { publishedFolders, ROOT } from "./published-folders.mjs";

const app = mkdtempSync(join(tmpdir(), "kit-packages-"));
const run = (command, args, cwd = app) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const npm = (args, cwd) => run(...npmCommand(args), cwd);

function pack(folder) {
  const [{ filename, files }] = JSON.parse(npm(["pack", "--json", "--pack-destination", app], folder));
  const stray = files.filter(({ path }) => /\.test\.|fixture|tsbuildinfo/.test(path));
  if (stray.length > 0) throw new Error(`${filename} holds ${stray.map(({ path }) => path).join(", ")}`);
  return filename;
}

/** As the workspace has it, so that a release of today changes nothing here. */
function versionOf(name) {
  return JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
}

/** A registry may fail once; a package that cannot be installed fails again. */
function install(names, tries = 3) {
  try {
    npm(["install", "--no-audit", "--no-fund", "--loglevel=error", ...names]);
  } catch (error) {
    if (tries === 1) throw error;
    console.log(`npm install failed; tries left: ${tries - 1}`);
    install(names, tries - 1);
  }
}

const folders = publishedFolders();
const names = folders.map((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name);
let failed = 0;

function attempt(what, use) {
  try {
    use();
    console.log(`✓ ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`✗ ${what}\n${error.message}`);
  }
}

try {
  const tarballs = folders.map(pack);
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true }));
  install([
    ...tarballs,
    `@opentelemetry/api@${versionOf("@opentelemetry/api")}`,
    `openai@${versionOf("openai")}`,
  ]);
  for (const name of names) {
    // Importing the hook starts telemetry, which is tried below as users start it.
    if (name === "@kit/register") continue;
    attempt(`import ${name}`, () =>
      run(process.execPath, ["--input-type=module", "-e", `await import("${name}")`]),
    );
    attempt(`require ${name}`, () => run(process.execPath, ["-e", `require("${name}")`]));
  }
  writeFileSync(
    join(app, "app.mjs"),
    `import OpenAI from "openai";
     const body = { id: "1", model: "gpt-4o", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hi" } }] };
     const fetch = async () => Response.json(body);
     await new OpenAI({ apiKey: "none", fetch }).chat.completions.create({ model: "gpt-4o", messages: [] });`,
  );
  attempt("node --import @kit/register app.mjs records the call", () => {
    const printed = execFileSync(process.execPath, ["--import", "@kit/register", "app.mjs"], {
      cwd: app,
      encoding: "utf8",
      env: { ...process.env, OTEL_TRACES_EXPORTER: "console" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (!printed.includes("chat gpt-4o")) throw new Error(`no span in what it printed:\n${printed}`);
  });
  attempt("npx @kit/sdk status finds the kit and the library", () => {
    const printed = execFileSync(...npmCommand(["exec", "--no", "--", "@kit/sdk", "status"]), {
      cwd: app,
      encoding: "utf8",
      env: { ...process.env, OTEL_TRACES_EXPORTER: "console" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const wanted = ["@kit/register", `openai ${versionOf("openai")}`, "All is well."];
    const missing = wanted.filter((words) => !printed.includes(words));
    if (missing.length > 0) throw new Error(`it does not say ${missing.join(", ")}:\n${printed}`);
  });
} finally {
  rmSync(app, { recursive: true, force: true });
}
console.log(
  failed === 0 ? "packages work outside the workspace" : `${failed} of the packages' checks failed`,
);
process.exit(failed === 0 ? 0 : 1);
