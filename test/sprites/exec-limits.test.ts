import { describe, expect, it } from "vitest";
import { Harness, isAlive, outOfTime, rejection, until } from "./harness.js";

const harness = new Harness();
const SLEEP = "echo before; sleep 30";

describe.each([
  ["by text frame", {}],
  ["through the API", { noCapabilities: true }],
])("a command whose time is up, killed %s", (_, faults) => {
  it("rejects with TimeoutError, keeps its output, and is gone", async () => {
    const exec = harness.exec(SLEEP, {}, faults);
    const error = await outOfTime(exec, 1000, () => exec.stdout.length > 0);
    expect(error).toMatchObject({ name: "TimeoutError" });
    expect(exec.stdout.toString()).toBe("before\n");
    await until(() => !isAlive(exec.sessionId) && harness.server.connections === 0);
    expect((await rejection(exec.wait())).name).toBe("TimeoutError");
  });
});

it("kills what ignores SIGTERM", async () => {
  const exec = harness.exec("trap '' TERM; echo up; while :; do sleep 0.05; done");
  await exec.start();
  await exec.readStdout();
  const stop = new AbortController();
  const waiting = rejection(exec.wait({ signal: stop.signal }));
  stop.abort();
  expect((await waiting).name).toBe("AbortError");
  await until(() => !isAlive(exec.sessionId));
});

it("counts connecting as part of the time", async () => {
  const exec = harness.exec("true", {}, { neverAnswer: true });
  expect((await rejection(exec.run({ timeout: 50 }))).name).toBe("TimeoutError");
});

/** Runs on until the file is there. */
const UNTIL_GO = "while [ ! -e go ]; do sleep 0.05; done; echo done";

it("leaves the command running when asked to, and can be waited for again", async () => {
  const sprite = harness.sprite();
  const exec = sprite.exec(UNTIL_GO, { killOnTimeout: false });
  expect((await outOfTime(exec, 1000)).name).toBe("TimeoutError");
  await sprite.fs.write("/go", "");
  expect(await exec.wait()).toBe(true);
  expect(exec).toMatchObject({ returncode: 0, stdout: Buffer.from("done\n") });
});

it.each([0, -5, Number.NaN])("refuses a timeout of %s", async (timeout) => {
  expect(await rejection(harness.exec("true").run({ timeout }))).toBeInstanceOf(RangeError);
});

describe("an AbortSignal", () => {
  const reason = new Error("the user left");

  async function abortedAfterOutput(
    act: (exec: ReturnType<Harness["exec"]>, signal: AbortSignal) => Promise<unknown>,
  ) {
    const stop = new AbortController();
    const exec = harness.exec(SLEEP);
    const acting = act(exec, stop.signal);
    acting.catch(() => undefined);
    await until(() => exec.stdout.length > 0);
    stop.abort(reason);
    return { exec, error: await rejection(acting) };
  }

  it.each<[string, Parameters<typeof abortedAfterOutput>[0]]>([
    ["run", (exec, signal) => exec.run({ signal })],
    [
      "start",
      async (exec, signal) => {
        await exec.start({ signal });
        await exec.wait();
      },
    ],
    [
      "wait",
      async (exec, signal) => {
        await exec.start();
        await exec.wait({ signal });
      },
    ],
    [
      "read",
      async (exec, signal) => {
        await exec.start();
        await exec.readStdout();
        await exec.readStdout({ signal });
      },
    ],
  ])("given to %s rejects with its reason and kills", async (_, act) => {
    const { exec, error } = await abortedAfterOutput(act);
    expect(error).toBe(reason);
    await until(() => !isAlive(exec.sessionId) && harness.server.connections === 0);
  });

  it("that is aborted already lets nothing start", async () => {
    const before = harness.server.received.length;
    const exec = harness.exec("true");
    expect(await rejection(exec.run({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(await rejection(exec.start({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(harness.server.received.length).toBe(before);
  });

  it("ends connecting", async () => {
    const stop = new AbortController();
    const starting = harness.exec("true", {}, { neverAnswer: true }).start({ signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    expect(await rejection(starting)).toBe(reason);
  });

  it("leaves the command running when asked to", async () => {
    const sprite = harness.sprite();
    const exec = sprite.exec(UNTIL_GO, { killOnTimeout: false });
    const stop = new AbortController();
    const running = rejection(exec.run({ signal: stop.signal }));
    await until(() => exec.sessionId !== undefined);
    stop.abort(reason);
    expect(await running).toBe(reason);
    await sprite.fs.write("/go", "");
    expect(await exec.wait()).toBe(true);
    expect(exec.returncode).toBe(0);
  });
});

it("kills a command that prints more than maxBuffer, and keeps no more of it", async () => {
  const exec = harness.exec("trap '' TERM; while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", {
    maxBuffer: 100_000,
  });
  expect(await rejection(exec.run())).toMatchObject({ name: "ExecutionError", code: "MAX_BUFFER" });
  expect(exec.stdout.length).toBeGreaterThan(100_000);
  expect(exec.stdout.length).toBeLessThan(300_000);
  await until(() => !isAlive(exec.sessionId));
});

it("says that the time was up also when the connection is lost while the command is killed", async () => {
  const sprite = harness.sprite();
  const exec = sprite.exec("sleep 30");
  const error = await outOfTime(exec, 1000, () => {
    if (exec.sessionId === undefined) return false;
    harness.server.sandbox(sprite.spriteId).faults.closeWith = { code: 1006 };
    return true;
  });
  expect(error.name).toBe("TimeoutError");
  expect((await rejection(exec.wait())).name).toBe("TimeoutError");
});

it.each([{ cwd: "/a\0b" }, { env: { "A=B": "1" } }, { env: { A: "\0" } }])(
  "refuses %j before it dials",
  (options) => {
    const before = harness.server.received.length;
    expect(() => harness.exec("true", options as never)).toThrow(
      expect.objectContaining({ name: "ExecutionError" }),
    );
    expect(harness.server.received.length).toBe(before);
  },
);
