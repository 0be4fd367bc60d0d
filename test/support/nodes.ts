import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./alone.js";

/** Node majors that the kit supports. */
export const MAJORS = [20, 22, 24] as const;

export type NodeMajor = (typeof MAJORS)[number];

/** Where npm put each, so that it is asked once for a checkout. */
const KNOWN = fileURLToPath(new URL("../../node_modules/.cache/kit-nodes.json", import.meta.url));

/**
 * Path of a Node of this major: the one that runs the tests, or the `node` package of npm. `undefined` when
 * that cannot be installed here.
 */
export function findNode(major: NodeMajor, tries = 1): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  return known(major) ?? alone("nodes", () => known(major) ?? install(major, tries));
}

function known(major: NodeMajor): string | undefined {
  const path = readKnown()[major];
  return path !== undefined && existsSync(path) ? path : undefined;
}

function readKnown(): Partial<Record<NodeMajor, string>> {
  try {
    return JSON.parse(readFileSync(KNOWN, "utf8"));
  } catch {
    return {};
  }
}

function install(major: NodeMajor, tries: number): string | undefined {
  const args = ["-y", "--loglevel=error", "-p", `node@${major}`, "node", "-p", "process.execPath"];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { status, stdout } = spawnSync("npx", args, { encoding: "utf8", timeout: 300_000 });
    const path = stdout?.trim();
    if (status !== 0 || !existsSync(path)) continue;
    mkdirSync(dirname(KNOWN), { recursive: true });
    writeFileSync(KNOWN, JSON.stringify({ ...readKnown(), [major]: path }));
    return path;
  }
  return undefined;
}
