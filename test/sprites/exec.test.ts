import { ExecutionError, VERSION } from "@kit/sprites";
import { describe, expect, it } from "vitest";
import { TOKEN } from "../support/sprites/server.js";
import { Harness, isAlive, rejection, until } from "./harness.js";

const harness = new Harness();

describe("run", () => {
  it("gives back the exec itself, with separate streams and the exit code", async () => {
    const exec = harness.exec("echo out; echo err >&2; exit 42");
    expect(exec.returncode).toBeNull();
    expect(await exec.run()).toBe(exec);
    expect(exec).toMatchObject({
      returncode: 42,
      args: ["/bin/sh", "-c", "echo out; echo err >&2; exit 42"],
    });
    expect([exec.stdout, exec.stderr, exec.output].map(String)).toEqual(["out\n", "err\n", ""]);
  });

  it.each([0, 1, 42, 143, 255])("tells exit code %i unsigned and does not throw", async (code) => {
    expect((await harness.exec(["sh", "-c", `exit ${code}`]).run()).returncode).toBe(code);
  });

  it("tells a death by signal as 128 and its number", async () => {
    expect((await harness.exec("kill -TERM $$").run()).returncode).toBe(143);
  });

  it("runs an array without a shell", async () => {
    const { stdout } = await harness.exec(["printf", "%s|", "a b", "$HOME", ""]).run();
    expect(stdout.toString()).toBe("a b|$HOME||");
  });

  it("ends the input of a command that got none", async () => {
    expect((await harness.exec("cat").run({ timeout: 10_000 })).returncode).toBe(0);
  });

  it.each<[string, () => Parameters<ReturnType<Harness["exec"]>["run"]>[0]]>([
    ["text", () => ({ stdin: "héllo" })],
    ["bytes", () => ({ stdin: Buffer.from("héllo") })],
    ["an array", () => ({ stdin: ["hé", Buffer.from("llo")] })],
    [
      "an async generator",
      () => ({
        stdin: (async function* () {
          yield "hé";
          yield Buffer.from("llo");
        })(),
      }),
    ],
    ["a Web stream", () => ({ stdin: new Blob(["héllo"]).stream() as never })],
  ])("feeds %s and ends it", async (_, options) => {
    expect((await harness.exec("cat").run(options())).stdout.toString()).toBe("héllo");
  });

  it("passes megabytes through the command and back", async () => {
    const data = Buffer.alloc(5_000_000, "0123456789");
    const { stdout } = await harness.exec("cat").run({ stdin: data });
    expect(stdout.equals(data)).toBe(true);
  });

  it("does not mind a command that ends before it read its input", async () => {
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(65_536);
    })();
    const exec = await harness.exec("head -c 5").run({ stdin: endless });
    expect(exec).toMatchObject({ returncode: 0, stdout: Buffer.alloc(5) });
  });

  it("lets go of an input that never comes once the command has ended", async () => {
    let released = false;
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: async () => {
          released = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    await harness.exec("true").run({ stdin: silent });
    await new Promise(setImmediate);
    expect(released).toBe(true);
  });

  it("rejects with the error of an input that fails, and kills the command", async () => {
    const broken = (async function* () {
      yield "some";
      throw new Error("input broke");
    })();
    const exec = harness.exec("cat");
    await expect(exec.run({ stdin: broken })).rejects.toThrow("input broke");
    await until(() => !isAlive(exec.sessionId));
  });

  it("gets a megabyte of base64 whole", async () => {
    const { stdout } = await harness.exec("head -c 1048576 /dev/zero | base64 -w 0").run();
    expect(stdout.length).toBe(Math.ceil(1_048_576 / 3) * 4);
  });
});

describe("where and with what a command runs", () => {
  it("is the sandbox's folder and environment by default", async () => {
    const sprite = harness.sprite();
    const { stdout } = await sprite.exec("pwd; echo $SANDBOX").run();
    expect(stdout.toString()).toBe(`${harness.server.sandbox(sprite.spriteId).home}\ndefault\n`);
  });

  it("is the folder that was asked for", async () => {
    expect((await harness.exec("pwd", { cwd: "/usr" }).run()).stdout.toString()).toBe("/usr\n");
  });

  it("is only the environment that was asked for, with a PATH that finds programs", async () => {
    const exec = await harness.exec("env", { env: { A: "1", B: "x=y z" } }).run();
    expect(exec.stdout.toString().trim().split("\n").sort()).toEqual([
      "A=1",
      "B=x=y z",
      expect.stringMatching(/^PATH=.*:\/bin$/),
    ]);
  });
});

it.each([{}, { refuseMissingProgram: true }])(
  "tells an unknown program one way or the other: %j",
  async (faults) => {
    const outcome = await harness
      .exec(["no-such-program"], {}, faults)
      .run()
      .catch((error: unknown) => error);
    if (outcome instanceof ExecutionError) expect(outcome.status).toBe(400);
    else expect(outcome).toMatchObject({ returncode: 127 });
  },
);

describe("result", () => {
  it("has all in one, and throws for a failure when asked to", async () => {
    expect(await harness.exec("echo hi").result({ check: true })).toMatchObject({
      returncode: 0,
      stdout: Buffer.from("hi\n"),
    });
    expect(await harness.exec("false").result()).toMatchObject({ returncode: 1 });
    expect(await rejection(harness.exec("echo secret; exit 9").result({ check: true }))).toMatchObject({
      name: "ExecutionError",
      code: "NONZERO_EXIT",
      message: expect.not.stringContaining("secret"),
    });
  });

  it("waits for a command that was started", async () => {
    const exec = harness.exec("echo hi");
    await exec.start();
    expect((await exec.result()).stdout.toString()).toBe("hi\n");
  });

  it("of a command that was started does not drop input", async () => {
    const exec = harness.exec("cat");
    await exec.start();
    expect(await rejection(exec.result({ stdin: "lost" }))).toMatchObject({ code: "INVALID_STATE" });
    await exec.close();
  });

  it("of a command that was started ends it when the time is up", async () => {
    const exec = harness.exec("sleep 600");
    await exec.start();
    expect((await rejection(exec.result({ timeout: 20 }))).name).toBe("TimeoutError");
    await until(() => !isAlive(exec.sessionId));
  });

  it.each([true, false])("of a command that was closed is none (started before: %s)", async (started) => {
    const exec = harness.exec("sleep 1");
    if (started) await exec.start();
    const result = rejection(exec.result());
    await until(() => exec.sessionId !== undefined);
    await exec.close();
    expect(await result).toMatchObject({ code: "INVALID_STATE" });
  });
});

it("runs commands side by side", async () => {
  const sprite = harness.sprite();
  // Each goes on until all have begun.
  const meet = "touch $N; while [ ! -e 1 ] || [ ! -e 2 ] || [ ! -e 3 ]; do sleep 0.02; done";
  const ended = await Promise.all(["1", "2", "3"].map((N) => sprite.exec(meet, { env: { N } }).run()));
  expect(ended.map(({ returncode }) => returncode)).toEqual([0, 0, 0]);
});

it("loses nothing of fifty fast commands", async () => {
  const sprite = harness.sprite();
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const outputs = await Promise.all(
    numbers.map(async (i) => (await sprite.exec(["echo", String(i)]).run()).stdout.toString()),
  );
  expect(outputs).toEqual(numbers.map((i) => `${i}\n`));
});

it("dials with the token, its own name, and no compression", async () => {
  await harness.exec("true").run();
  const { headers } = harness.server.received.findLast(({ url }) => url.includes("/exec")) ?? {};
  expect(headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    "user-agent": `@kit/sprites/${VERSION}`,
  });
  expect(headers).not.toHaveProperty("sec-websocket-extensions");
  expect(headers).not.toHaveProperty("traceparent");
});

it("builds the address when it starts, with all that was asked for", async () => {
  const before = harness.server.received.length;
  const exec = harness.exec(["echo", "a&b"], { cwd: "/tmp", env: { X: "1" }, maxRunAfterDisconnect: "5m" });
  expect(harness.server.received.length).toBe(before);
  await exec.run();
  expect([...harness.lastQuery]).toEqual([
    ["cmd", "echo"],
    ["cmd", "a&b"],
    ["path", "echo"],
    ["dir", "/tmp"],
    ["env", "X=1"],
    ["env", expect.stringMatching(/^PATH=/)],
    ["stdin", "true"],
    ["max_run_after_disconnect", "5m"],
  ]);
});
