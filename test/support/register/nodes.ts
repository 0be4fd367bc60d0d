import { spawnSync } from "node:child_process";
import { describe, it } from "vitest";

/** Node majors that the kit supports. */
export const MAJORS = [20, 22, 24] as const;

/**
 * Path of a Node of this major: the one that runs the tests, or the `node` package of npm. `undefined` when
 * that cannot be installed here.
 */
export function findNode(major: (typeof MAJORS)[number]): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const { status, stdout } = spawnSync(
    "npx",
    ["-y", "--loglevel=error", "-p", `node@${major}`, "node", "-p", "process.execPath"],
    { encoding: "utf8", timeout: 120_000 },
  );
  return status === 0 ? stdout.trim() : undefined;
}

/** Describes the same on every Node that the kit supports; one that cannot be installed is said to be absent. */
export function describeOnNodes(tests: (node: string, major: (typeof MAJORS)[number]) => void): void {
  for (const major of MAJORS) {
    const node = findNode(major);
    describe(`on Node ${major}`, () => {
      if (node === undefined) it.skip(`node@${major} cannot be installed from npm here`);
      else tests(node, major);
    });
  }
}
