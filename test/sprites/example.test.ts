import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { TOKEN } from "../support/sprites/server.js";
import { Harness } from "./harness.js";

const harness = new Harness();

it("the example edits, runs, checkpoints, goes back, and shows its trace", async () => {
  harness.server.add("demo");
  const program = fileURLToPath(new URL("../../examples/sprites/agent.mjs", import.meta.url));
  const env = { ...process.env, SPRITES_TOKEN: TOKEN, SPRITES_ENDPOINT: harness.server.endpoint };
  const { stdout } = await promisify(execFile)(process.execPath, [program, "demo"], { env });
  expect(stdout.replace(/\d+ ms/g, "N ms").split("\n")).toEqual([
    "start with a greeting: works, saved as v1",
    "be polite: broken, back to v1",
    "be polite, and close the brace: works, saved as v2",
    "hello dear world",
    "",
    "agent  N ms",
    "  step start with a greeting  N ms",
    "    exec tee  N ms",
    "    exec sh  N ms",
    "    checkpoint create  N ms",
    "      GET /v1/sprites/{name}/checkpoints/{checkpoint_id}  N ms",
    "  step be polite  N ms",
    "    exec tee  N ms",
    expect.stringMatching(/^ {4}exec sh {2}N ms {2}! exit code [1-9]/),
    "    checkpoint restore  N ms",
    "  step be polite, and close the brace  N ms",
    "    exec tee  N ms",
    "    exec sh  N ms",
    "    checkpoint create  N ms",
    "      GET /v1/sprites/{name}/checkpoints/{checkpoint_id}  N ms",
    "exec sh  N ms",
    "",
  ]);
});
