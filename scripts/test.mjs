// `npm test [vitest arguments]`: set up, run every test, close with the line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setup } from "./setup.mjs";

setup();
const { status } = spawnSync(
  process.execPath,
  [join("node_modules", "vitest", "vitest.mjs"), "run", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
process.exit(status ?? 1);
