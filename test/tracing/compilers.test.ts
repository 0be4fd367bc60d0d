import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAMS = ["call-forms", "decorated", "standard"].map((name) =>
  fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)),
);
const FLAGS = [
  ...["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"],
  ...["--types", "node", "--lib", "es2022,esnext.disposable,decorators,dom,dom.iterable"],
];

function npx(version: string, ...command: string[]) {
  const args = ["-y", "--loglevel=error", "-p", `typescript@${version}`, "tsc", ...command];
  return spawnSync("npx", args, { encoding: "utf8", timeout: 300_000 });
}

// The oldest that is supported and the last before the compiler of this repository.
it.for(["5.2.2", "5.9.3"])("a strict program compiles with TypeScript %s", (version, { skip }) => {
  const installed = npx(version, "--version").stdout?.includes(version);
  if (!installed) return skip(`TypeScript ${version} cannot be installed here`);
  const { stdout, status } = npx(version, ...FLAGS, ...PROGRAMS);
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
