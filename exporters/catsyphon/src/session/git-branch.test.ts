import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { readGitBranch } from "./git-branch.js";

function repository(head: string): string {
  const root = temporaryFolder();
  mkdirSync(join(root, ".git"));
  writeFileSync(join(root, ".git", "HEAD"), head);
  return root;
}

it("asks the CI first", () => {
  expect(readGitBranch({ GITHUB_REF_NAME: "ci" }, repository("ref: refs/heads/main\n"))).toBe("ci");
  expect(readGitBranch({ GITHUB_HEAD_REF: "pull", GITHUB_REF_NAME: "7/merge" }, temporaryFolder())).toBe(
    "pull",
  );
});

it("reads the head of the repository around the directory", () => {
  const root = repository("ref: refs/heads/feature/a\n");
  mkdirSync(join(root, "deep", "er"), { recursive: true });
  expect(readGitBranch({}, join(root, "deep", "er"))).toBe("feature/a");
});

it("follows the link of a work tree", () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "real"));
  writeFileSync(join(root, "real", "HEAD"), "ref: refs/heads/tree\n");
  writeFileSync(join(root, ".git"), "gitdir: real\n");
  expect(readGitBranch({}, root)).toBe("tree");
});

it("knows no branch of a detached head, or without a repository", () => {
  expect(readGitBranch({}, repository("0b7b2f0e5d3a4c589a596d8f1b1f2a110b7b2f0e\n"))).toBeUndefined();
  expect(readGitBranch({}, "/proc")).toBeUndefined();
});
