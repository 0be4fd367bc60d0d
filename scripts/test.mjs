// `npm test [vitest arguments]`: set up, get what tests run beside us, run every test, close with the line
// `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setup } from "./setup.mjs";

setup();
// Not before: nothing may be installed yet.
const { tsImport } = await import("tsx/esm/api");
const { prepare } = await tsImport("../test/support/prepare.ts", import.meta.url);
for (const absent of prepare()) console.log(`test: absent: ${absent}`);

const { status } = spawnSync(
  process.execPath,
  [join("node_modules", "vitest", "vitest.mjs"), "run", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
process.exit(status ?? 1);
