import { describe, it } from "vitest";
import { findNode, MAJORS, type NodeMajor } from "../nodes.js";

/** Describes the same on every Node that the kit supports; one that cannot be installed is said to be absent. */
export function describeOnNodes(tests: (node: string, major: NodeMajor) => void): void {
  for (const major of MAJORS) {
    const node = findNode(major);
    describe(`on Node ${major}`, () => {
      if (node === undefined) it.skip(`node@${major} cannot be installed from npm here`);
      else tests(node, major);
    });
  }
}
