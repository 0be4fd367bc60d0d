// Brings a fresh clone to the point where everything runs: dependencies, then the build.
// Plain Node and no dependency, because it runs before there are any.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMain } from "./main-module.mjs";
import { npmCommand } from "./npm.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, "node_modules", ".cache", "kit-setup");

/** Runs a command in the checkout and gives its exit code. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (error) console.error(`setup: cannot start ${command}: ${error.message}`);
  return status ?? 1;
}

/** Ends this process with the exit code of a command that fails, when that stays so. */
function mustRun(command, args, tries = 1) {
  for (let left = tries - 1; ; left -= 1) {
    const status = run(command, args);
    if (status === 0) return;
    if (left === 0) process.exit(status);
    console.error(`setup: ${command} failed; tries left: ${left}`);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`setup: Node ${process.versions.node} is too old; the kit needs Node 20.19 or newer.`);
  process.exit(1);
}

function installWhenTheLockChanged() {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lock) return;
  console.log("setup: installing dependencies");
  // A registry may fail once; a wrong lock file fails again.
  mustRun(...npmCommand(["ci", "--no-audit", "--no-fund", "--loglevel=error"]), 3);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, lock);
}

export function setup() {
  requireNode();
  installWhenTheLockChanged();
  mustRun(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-b"]);
  mustRun(process.execPath, [join(ROOT, "scripts", "bundle.mjs")]);
}

if (isMain(import.meta.url)) setup();
