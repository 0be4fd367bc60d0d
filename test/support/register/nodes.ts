import { spawnSync } from "node:child_process";
import { describe, it } from "vitest";
import { findNode, MAJORS, type NodeMajor, type OlderNode } from "../nodes.js";

/** What a Node is, for what differs between them. */
export interface NodeTraits {
  readonly major: NodeMajor;
  /** Whether it is one of these, each the first of its major, or a later one: `since("22.18", "24")`. */
  since(...firsts: readonly string[]): boolean;
}

/** Describes the same on every Node that the kit supports; one that cannot be installed is said to be absent. */
export function describeOnNodes(
  tests: (node: string, traits: NodeTraits) => void,
  nodes: readonly (NodeMajor | OlderNode)[] = MAJORS,
): void {
  for (const wanted of nodes) {
    const node = findNode(wanted);
    describe(`on Node ${wanted}`, () => {
      if (node === undefined) it.skip(`node@${wanted} cannot be installed from npm here`);
      else tests(node, traitsOf(node));
    });
  }
}

function traitsOf(node: string): NodeTraits {
  const version = numbersOf(spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout);
  return {
    major: version[0] as NodeMajor,
    since: (...firsts) => firsts.map(numbersOf).some((first) => isFrom(first, version)),
  };
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}

function isFrom([major, minor = 0, patch = 0]: readonly number[], version: readonly number[]): boolean {
  const [ofMajor, ofMinor = 0, ofPatch = 0] = version;
  return ofMajor === major && (ofMinor > minor || (ofMinor === minor && ofPatch >= patch));
}
