import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./alone.js";

/** Node majors that the kit supports. */
export const MAJORS = [20, 22, 24] as const;

export type NodeMajor = (typeof MAJORS)[number];

/**
 * Older ones, where modules are hooked in other ways: the first of all, the first that has hooks in the application's
 * own thread, and some that have them and are hooked through a loader thread all the same.
 */
export const OLDER = ["20.19.0", "22.15.0", "22.20.0", "24.10.0"] as const;

export type OlderNode = (typeof OLDER)[number];

/** All of them: for what depends on how modules are hooked. */
export const NODES = [...MAJORS, ...OLDER] as const;

/** Where npm put each, so that it is asked once for a checkout. */
const KNOWN = fileURLToPath(new URL("../../node_modules/.cache/kit-nodes.json", import.meta.url));

/**
 * Path of a Node of this major or version: the one that runs the tests, or the `node` package of npm. `undefined` when
 * that cannot be installed here.
 */
export function findNode(wanted: NodeMajor | OlderNode, tries = 1): string | undefined {
  if (`${process.versions.node}.`.startsWith(`${wanted}.`)) return process.execPath;
  return known(wanted) ?? alone("nodes", () => known(wanted) ?? install(wanted, tries));
}

function known(wanted: NodeMajor | OlderNode): string | undefined {
  const path = readKnown()[wanted];
  return path !== undefined && existsSync(path) ? path : undefined;
}

function readKnown(): Partial<Record<NodeMajor | OlderNode, string>> {
  try {
    return JSON.parse(readFileSync(KNOWN, "utf8"));
  } catch {
    return {};
  }
}

function install(wanted: NodeMajor | OlderNode, tries: number): string | undefined {
  const args = ["-y", "--loglevel=error", "-p", `node@${wanted}`, "node", "-p", "process.execPath"];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { status, stdout } = spawnSync("npx", args, { encoding: "utf8", timeout: 300_000 });
    const path = stdout?.trim();
    if (status !== 0 || !existsSync(path)) continue;
    mkdirSync(dirname(KNOWN), { recursive: true });
    writeFileSync(KNOWN, JSON.stringify({ ...readKnown(), [wanted]: path }));
    return path;
  }
  return undefined;
}
