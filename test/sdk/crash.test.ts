import { describe, expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";
import type { Run } from "../support/register/run-app.js";

const world = useAgentPulse();

async function crash(how: string) {
  const bare = await world.run({}, "../../sdk/apps/crash.mjs", { flags: [], args: [how] });
  const run = await world.run({}, "../../sdk/apps/crash.mjs", { args: [how] });
  return { bare, run, errors: world.server.ofKind("error") };
}

/** How a process ended, without the frames that carry context along. */
const end = ({ code, signal, stderr }: Run) => ({
  code,
  signal,
  stderr: stderr.replace(/^ {4}at .*\n/gm, ""),
});

describe.each([
  ["exception", "uncaughtException", "TypeError: x is not a function, says [secret]"],
  ["rejection", "unhandledRejection", "TypeError: x is not a function, says [secret]"],
  ["text", "uncaughtException", "just text"],
])("a process that dies of an %s", (how, name, error) => {
  it("dies as it would without the kit, and AgentPulse hears why", async () => {
    const { bare, run, errors } = await crash(how);
    expect(end(run)).toEqual(end(bare));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      session: "doomed",
      data: { name, error: expect.stringContaining(error) },
    });
  });
});

it.each([
  ["nothing of an error that the application catches", "caught", 0],
  ["of an exception that only its listener for uncaught ones takes", "taken", 1],
])("hears %s, and goes on", async (_, how, count) => {
  const { run, errors } = await crash(how);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(errors).toHaveLength(count);
});
