import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ExecSession } from "../support/sprites/exec-session.js";
import { Harness, until } from "./harness.js";

const harness = new Harness();

afterEach(() => void vi.useRealTimers());

/** As long as the real service keeps a socket after the exit of its command. */
const HOLD = { holdMs: 5000 };

describe("the end of a command whose socket the server holds", () => {
  it("is told with every clock stopped: by the exit frame, by no timer and by no close", async () => {
    // Both ends run here, so neither the server's hold nor a limit of ours can ever run out.
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval"] });
    const sprite = harness.sprite(HOLD);
    expect((await sprite.exec("echo a; exit 4").run()).returncode).toBe(4);
    const waited = sprite.exec("true");
    await waited.start();
    expect(await waited.wait()).toBe(true);
    const read: string[] = [];
    for await (const { data } of sprite.exec("echo b")) read.push(data.toString());
    expect(read).toEqual(["b\n"]);
  });

  it.each<["run" | "wait"]>([["run"], ["wait"]])("is told by %s within 300 ms", async (how) => {
    const delays: number[] = [];
    for (let i = 0; i < 9; i++) delays.push(await delay(how));
    expect(delays.toSorted((a, b) => a - b)[4]).toBeLessThan(300);
  });
});

/**
 * Milliseconds of work from the moment the server sent the exit to the moment the caller knows: of both ends, as they
 * share this process. There is nothing else in between, as the stopped clocks show; and time by the clock of the wall
 * would count whatever else the machine does.
 */
async function delay(how: "run" | "wait"): Promise<number> {
  const sprite = harness.sprite(HOLD);
  const exec = sprite.exec("cat");
  const input = new PassThrough();
  const running = how === "run" ? exec.run({ stdin: input }) : exec.start().then(() => exec.wait());
  await until(() => exec.sessionId !== undefined);
  const session = harness.server.sandbox(sprite.spriteId).sessions.get(exec.sessionId as string);
  const sent = (session as ExecSession).ended.then(() => process.cpuUsage());
  if (how === "run") input.end();
  else await exec.sendStdinEof();
  await running;
  const { user, system } = process.cpuUsage(await sent);
  return (user + system) / 1000;
}
