import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runExample } from "../support/example.js";
import { useWorld } from "../support/register/fixture.js";

const PAGE = readFileSync(new URL("../../docs/building.md", import.meta.url), "utf8");
const world = useWorld();

/** The first snippet below a heading. */
function snippet(heading: string): string {
  const [, code = ""] =
    new RegExp(`## ${heading}\n[\\s\\S]*?\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  return code;
}

it("the function that freezes has delivered its spans before it answers", async () => {
  // Killed right after its answer, as a frozen process may be.
  const program = `${snippet("Functions that freeze")}
    await handler();
    process.kill(process.pid, "SIGKILL");`;
  const ended = runExample("building-freezes", program, { ...world.env(), OPENAI_API_KEY: "test" });
  await expect(ended).rejects.toMatchObject({ signal: "SIGKILL", stderr: "" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
});
