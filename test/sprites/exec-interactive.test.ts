import { DiagLogLevel, diag } from "@opentelemetry/api";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Harness, isAlive, rejection, until } from "./harness.js";

const harness = new Harness();
const INVALID = { name: "ExecutionError", errorCode: "INVALID_STATE", code: "INVALID_STATE" };

describe("reading", () => {
  it("prints everything once in a loop until the exit code is there", async () => {
    const exec = harness.exec("for i in 1 2 3 4 5; do echo $i; sleep 0.05; done");
    await exec.start();
    let text = "";
    while (exec.returncode === null) text += await exec.readStdout({ timeout: 50 });
    text += await exec.readStdout();
    expect(text).toBe("1\n2\n3\n4\n5\n");
    expect(exec.stdout.toString()).toBe(text);
    expect(await exec.readStdout()).toHaveLength(0);
  });

  it("of stderr goes its own way", async () => {
    const exec = harness.exec("echo out; echo err >&2");
    await exec.start();
    expect((await exec.readStderr()).toString()).toBe("err\n");
    await exec.wait();
    expect((await exec.readStdout()).toString()).toBe("out\n");
    expect(await exec.readStderr({ timeout: 0 })).toHaveLength(0);
  });

  it("gives nothing when the time is up, and the bytes later", async () => {
    const exec = harness.exec("cat");
    await exec.start();
    expect(await exec.readStdout({ timeout: 20 })).toHaveLength(0);
    await exec.sendStdin("later");
    expect((await exec.readStdout()).toString()).toBe("later");
    await exec.close();
  });

  it("of a stream that the mode has not is a mistake", async () => {
    const exec = harness.exec("true");
    expect(await rejection(exec.readStdout())).toMatchObject(INVALID);
    await exec.start();
    expect(await rejection(exec.readOutput())).toMatchObject(INVALID);
    await exec.wait();
  });
});

describe("waiting", () => {
  it("is true at the end, also twice, and false while the command runs on", async () => {
    const exec = harness.exec("cat");
    await exec.start();
    expect(await exec.wait({ timeout: 20 })).toBe(false);
    expect(exec.returncode).toBeNull();
    await exec.sendStdinEof();
    expect(await exec.wait()).toBe(true);
    expect(await exec.wait({ timeout: 1 })).toBe(true);
  });

  it("before the start is a mistake", async () => {
    expect(await rejection(harness.exec("true").wait())).toMatchObject(INVALID);
  });
});

describe("writing", () => {
  it("keeps the order of several writes, waited for or not, and of the end", async () => {
    const exec = harness.exec("cat");
    await exec.start();
    void exec.sendStdin("a".repeat(100_000));
    void exec.sendStdin(Buffer.from("b"));
    await exec.sendStdin("c");
    await exec.sendStdinEof();
    await exec.sendStdinEof();
    expect(await rejection(exec.sendStdin("d"))).toMatchObject(INVALID);
    await exec.wait();
    expect(exec.stdout.toString()).toBe(`${"a".repeat(100_000)}bc`);
  });

  it("before the start or after the end is a mistake", async () => {
    const exec = harness.exec("true");
    expect(await rejection(exec.sendStdin("x"))).toMatchObject(INVALID);
    await exec.run();
    expect(await rejection(exec.sendStdin("x"))).toMatchObject(INVALID);
    expect(() => exec.sendControlMessage({})).toThrow(expect.objectContaining(INVALID));
    expect(() => exec.resizeTerminal(1, 1)).toThrow(expect.objectContaining(INVALID));
  });

  it("waits for a command that does not read", async () => {
    const sprite = harness.sprite({ stallReads: true });
    const exec = sprite.exec("sleep 30");
    await exec.start();
    let taken = false;
    const writing = exec.sendStdin(Buffer.alloc(32 * 1024 * 1024)).then(() => {
      taken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBe(false);
    const [error] = await Promise.all([rejection(writing), exec.close()]);
    expect(error).toMatchObject(INVALID);
    harness.server.sandbox(sprite.spriteId).destroy();
  });
});

it("sends a control message as one text frame", async () => {
  const exec = harness.exec("cat");
  await exec.start();
  exec.sendControlMessage({ type: "signal", signal: "HUP" });
  await exec.wait();
  expect(exec.returncode).toBe(129);
});

describe("signals", () => {
  it("reach the whole group, by text frame where the server can", async () => {
    const sprite = harness.sprite();
    const exec = sprite.exec("trap 'echo got; exit 5' USR1; echo up; while :; do sleep 0.05; done");
    await exec.start();
    await exec.readStdout();
    await exec.signal("SIGUSR1");
    await exec.wait();
    expect(exec).toMatchObject({ returncode: 5, stdout: Buffer.from("up\ngot\n") });
  });

  it("go through the API where it cannot", async () => {
    const exec = harness.exec("sleep 30", {}, { noCapabilities: true });
    await exec.start();
    await until(() => exec.sessionId !== undefined);
    await exec.signal("INT");
    await exec.wait();
    expect([130, 137]).toContain(exec.returncode);
    expect(harness.server.received.at(-1)?.url).toContain("/kill?signal=SIGINT&timeout=0s");
  });
});

describe("callbacks", () => {
  it("come in the order of the frames, the exit once and last", async () => {
    // Each is printed when the one before it was heard, however late that is: else they would come as one, or in disorder.
    const exec = harness.exec("echo 1; read go; echo 2 >&2; read go; echo 3; exit 4");
    const seen: string[] = [];
    const hear = (what: string) => {
      if (seen.push(what) < 3) void exec.sendStdin("\n");
    };
    exec.onStdout = (data) => hear(`out ${data}`);
    exec.onStderr = (data) => hear(`err ${data}`);
    exec.onExit = (code) => seen.push(`exit ${code} ${exec.returncode}`);
    await exec.start();
    await exec.wait();
    expect(seen).toEqual(["out 1\n", "err 2\n", "out 3\n", "exit 4 4"]);
    expect(exec.stdout.toString()).toBe("1\n3\n");
  });

  it("that throw or reject are reported and change nothing", async () => {
    const reported = vi.fn();
    const quiet = () => undefined;
    const logger = { error: reported, warn: quiet, info: quiet, debug: quiet, verbose: quiet };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR });
    const exec = harness.exec("echo 1; read go; echo 2");
    exec.onStdout = (data) => {
      if (String(data) === "1\n") void exec.sendStdin("\n");
      throw new Error("mine");
    };
    exec.onExit = () => Promise.reject(new Error("mine too")) as never;
    await exec.start();
    await exec.wait();
    await new Promise(setImmediate);
    diag.disable();
    expect(exec.stdout.toString()).toBe("1\n2\n");
    const said = "sprites: a callback threw Error\n    at ";
    expect(reported.mock.calls).toEqual(Array(3).fill([expect.stringContaining(said)]));
    expect(reported.mock.calls.join()).toContain("exec-interactive.test");
    expect(reported.mock.calls.join()).not.toContain("mine");
  });

  it("that throw change nothing either when the application's logger throws, too", async () => {
    const refuse = (): never => {
      throw new Error("of the logger");
    };
    const logger = { error: refuse, warn: refuse, info: refuse, debug: refuse, verbose: refuse };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
    onTestFinished(() => diag.disable());
    const exec = harness.exec("echo 1; echo 2");
    exec.onStdout = refuse;
    exec.onExit = (() => Promise.reject(new Error("mine too"))) as never;
    await exec.run();
    await new Promise(setImmediate);
    expect(exec).toMatchObject({ returncode: 0, stdout: Buffer.from("1\n2\n") });
  });

  it("get text frames without a meaning as they were sent", async () => {
    const exec = harness.exec("echo hi", {}, { noise: true });
    const seen: string[] = [];
    exec.onControlMessage = (text) => seen.push(text);
    await exec.run();
    expect(seen).toEqual([
      "not json {",
      "[1,2]",
      '{"type":"later","news":true}',
      expect.stringContaining("port_opened"),
    ]);
    expect(exec.stdout.toString()).toBe("hi\n");
  });
});

describe("closing", () => {
  it("lets the command run on, once or twice, and is no failure", async () => {
    const exec = harness.exec("sleep 5");
    await exec.start();
    await until(() => exec.sessionId !== undefined);
    const reading = exec.readStdout();
    const waiting = exec.wait();
    await exec.close();
    await exec.close();
    expect(await reading).toHaveLength(0);
    expect(await waiting).toBe(false);
    expect(exec.returncode).toBeNull();
    expect(isAlive(exec.sessionId)).toBe(true);
    await until(() => harness.server.connections === 0);
  });

  it("happens at the end of an await using block", async () => {
    let sessionId: string | undefined;
    {
      await using exec = harness.exec("sleep 5");
      await exec.start();
      await until(() => exec.sessionId !== undefined);
      sessionId = exec.sessionId;
    }
    expect(isAlive(sessionId)).toBe(true);
    await until(() => harness.server.connections === 0);
  });

  it("while it connects makes the start fail", async () => {
    const exec = harness.exec("true", {}, { neverAnswer: true });
    const starting = exec.start();
    await exec.close();
    expect(await rejection(starting)).toMatchObject(INVALID);
  });

  it("before the start leaves nothing to start", async () => {
    const exec = harness.exec("true");
    await exec.close();
    expect(await rejection(exec.run())).toMatchObject(INVALID);
  });
});

it("starts only once", async () => {
  const exec = harness.exec("true");
  await exec.run();
  expect(await rejection(exec.start())).toMatchObject(INVALID);
  expect(await rejection(exec.run())).toMatchObject(INVALID);
});
