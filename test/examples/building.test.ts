import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { runApp } from "../support/register/run-app.js";

const PAGE = readFileSync(new URL("../../docs/building.md", import.meta.url), "utf8");
const world = useWorld();

/** The first snippet below a heading. */
function snippet(heading: string): string {
  const [, code = ""] =
    new RegExp(`## ${heading}\n[\\s\\S]*?\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  return code;
}

it("the function that freezes has delivered its spans before it answers", async () => {
  const file = new URL(`./.function-${process.pid}.mjs`, import.meta.url);
  // Killed right after its answer, as a frozen process may be.
  writeFileSync(
    file,
    `${snippet("Functions that freeze")}\nawait handler();\nprocess.kill(process.pid, "SIGKILL");\n`,
  );
  try {
    expect(await runApp(file.href, { flags: [], env: world.env() })).toMatchObject({
      signal: "SIGKILL",
      stderr: "",
    });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  } finally {
    rmSync(file);
  }
});
