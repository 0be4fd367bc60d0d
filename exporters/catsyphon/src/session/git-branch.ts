import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where CI systems tell the branch; the first one set wins. */
const VARIABLES = [
  "GITHUB_HEAD_REF",
  "GITHUB_REF_NAME",
  "CI_COMMIT_REF_NAME",
  "BUILDKITE_BRANCH",
  "CIRCLE_BRANCH",
  "BRANCH_NAME",
];

/** The branch of the CI job, else of the repository the process runs in; undefined when there is none. */
export function readGitBranch(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
): string | undefined {
  for (const name of VARIABLES) if (env[name]) return env[name];
  try {
    return readHead(directory);
  } catch {
    return undefined;
  }
}

function readHead(directory: string): string | undefined {
  for (let current = resolve(directory); ; current = dirname(current)) {
    const path = join(current, ".git");
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind) {
      // In a work tree `.git` is a file that points to the real directory.
      const [, link] = kind.isFile() ? (/^gitdir: (.+)$/m.exec(readFileSync(path, "utf8")) ?? []) : [];
      const head = readFileSync(join(link ? resolve(current, link) : path, "HEAD"), "utf8");
      return /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
    }
    if (dirname(current) === current) return undefined;
  }
}
