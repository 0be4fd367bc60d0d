import type { SpriteExec } from "@kit/sprites";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Harness, isAlive } from "./harness.js";

const harness = new Harness();

// The clock is the test's; processes and sockets are real, and only they move while it stands still.
beforeEach(
  () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }),
);
afterEach(() => void vi.useRealTimers());

/** Lets sockets and processes work until something is so, or for a while: no fake time passes. */
async function meanwhile(condition: () => boolean = () => false, realMs = 60_000): Promise<boolean> {
  const end = performance.now() + realMs;
  while (!condition() && performance.now() < end) await new Promise(setImmediate);
  return condition();
}

/** How a command ended, as soon as it did. */
function ending(exec: SpriteExec): { readonly error: () => Error | undefined } {
  let seen: Error | undefined;
  exec.wait().catch((error: Error) => {
    seen = error;
  });
  return { error: () => seen };
}

it("pings every 15 s, and no sooner", async () => {
  const sprite = harness.sprite();
  const exec = sprite.exec("cat");
  await exec.start();
  const sandbox = harness.server.sandbox(sprite.spriteId);
  vi.advanceTimersByTime(14_999);
  expect(await meanwhile(() => sandbox.pings > 0, 100)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await meanwhile(() => sandbox.pings === 1)).toBe(true);
  vi.advanceTimersByTime(15_000);
  expect(await meanwhile(() => sandbox.pings === 2)).toBe(true);
  await exec.sendStdinEof();
  expect(await exec.wait()).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(await meanwhile(() => sandbox.pings > 2, 100)).toBe(false);
});

it("takes a peer that is silent for 45 s for lost, not before", async () => {
  const exec = harness.sprite({ mutePongs: true }).exec("cat");
  await exec.start();
  await meanwhile(() => exec.sessionId !== undefined);
  const { error } = ending(exec);
  vi.advanceTimersByTime(44_999);
  expect(await meanwhile(() => error() !== undefined, 100)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await meanwhile(() => error() !== undefined)).toBe(true);
  expect(error()).toMatchObject({
    name: "ConnectionError",
    cause: { message: "nothing heard for 45000 ms" },
  });
  expect(exec.returncode).toBeNull();
});

it("starts the 45 s anew with everything it hears, a pong included", async () => {
  const sprite = harness.sprite();
  const exec = sprite.exec("cat");
  await exec.start();
  const sandbox = harness.server.sandbox(sprite.spriteId);
  const { error } = ending(exec);
  for (let minute = 1; minute <= 8; minute++) {
    vi.advanceTimersByTime(15_000);
    expect(await meanwhile(() => sandbox.pings === minute)).toBe(true);
    // The pong is on its way back; a round trip of data behind it shows that it has come.
    await exec.sendStdin(`${minute}\n`);
    expect((await exec.readStdout()).toString()).toBe(`${minute}\n`);
  }
  expect(error()).toBeUndefined();
  await exec.sendStdinEof();
  expect(await exec.wait()).toBe(true);
});

it.each([Number.POSITIVE_INFINITY, 2 ** 31])(
  "neither pings nor gives up where both may take %s ms",
  async (ms) => {
    const sprite = harness.sprite({}, { pingInterval: ms, silenceLimit: ms });
    const exec = sprite.exec("cat");
    await exec.start();
    const sandbox = harness.server.sandbox(sprite.spriteId);
    const { error } = ending(exec);
    vi.advanceTimersByTime(60_000);
    expect(await meanwhile(() => sandbox.pings > 0 || error() !== undefined, 100)).toBe(false);
    await exec.sendStdinEof();
    expect(await exec.wait()).toBe(true);
  },
);

it("does not take itself for lost while its reader pauses for ten minutes", async () => {
  const exec = harness.exec(["head", "-c", "30000000", "/dev/zero"]);
  const iterator = exec[Symbol.asyncIterator]();
  let total = (await iterator.next()).value?.data.length ?? 0;
  // More than a megabyte unread, beside what was taken: from here on the connection is not read.
  expect(await meanwhile(() => exec.stdout.length - total > 1024 * 1024)).toBe(true);
  vi.advanceTimersByTime(600_000);
  expect(isAlive(exec.sessionId)).toBe(true);
  for (;;) {
    const { done, value } = await ticking(iterator.next());
    if (done) break;
    total += value.data.length;
  }
  expect(total).toBe(30_000_000);
  expect(exec.returncode).toBe(0);
});

/** The stand-in looks by timer whether a lagging client caught up: where all waits, the clock must go on a little. */
async function ticking<T>(work: Promise<T>): Promise<T> {
  let settled = false;
  work
    .finally(() => {
      settled = true;
    })
    .catch(() => undefined);
  while (!(await meanwhile(() => settled, 20))) vi.advanceTimersByTime(10);
  return work;
}
