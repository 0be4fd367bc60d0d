import { describe, expect, it } from "vitest";
import { loadPty } from "../support/sprites/processes.js";
import { Harness, isAlive, outOfTime, rejection, until } from "./harness.js";

const harness = new Harness();
const INVALID = { name: "ExecutionError", errorCode: "INVALID_STATE" };
const PTY = loadPty() !== undefined;

// The prebuilt terminal library has no build for every platform. This line tells so; the rest of this file cannot run.
it("has a pseudo terminal to test with, or says that @lydell/node-pty is absent on this platform", () => {
  if (!PTY) console.warn("@lydell/node-pty is absent here: the tests of terminals do not run");
  else expect(PTY).toBe(true);
});

describe.runIf(PTY)("a terminal", () => {
  it("is one stream with CRLF; stdout and stderr stay empty", async () => {
    const exec = await harness.exec("echo out; echo err >&2; exit 3", { tty: true }).run();
    expect(exec.output.toString()).toBe("out\r\nerr\r\n");
    expect(exec).toMatchObject({
      returncode: 3,
      tty: true,
      stdout: Buffer.alloc(0),
      stderr: Buffer.alloc(0),
    });
  });

  it("is a real device", async () => {
    const exec = await harness.exec("tty", { tty: true }).run();
    expect(exec.output.toString()).toMatch(/^\/dev\/(pts\/|tty)/);
  });

  it("has the size that was asked for, and the one it is given later", async () => {
    const exec = harness.exec("stty size; read x; stty size", { tty: true, initialWindowSize: [120, 40] });
    await exec.start();
    await until(() => exec.output.includes("40 120"));
    exec.resizeTerminal(100, 30);
    await exec.sendStdin("\n");
    await exec.wait();
    expect(exec.output.toString()).toContain("30 100");
  });

  it("tells the exit code although the connection drops without a close frame", async () => {
    const exec = harness.exec("/bin/bash", { tty: true, initialWindowSize: [80, 24] });
    await exec.start();
    await exec.sendStdin("exit 3\n");
    expect(await exec.wait()).toBe(true);
    expect(exec.returncode).toBe(3);
  });

  it("does not take output bytes for an exit", async () => {
    const exec = harness.exec("printf '\\003\\005'; sleep 0.2; printf '\\003\\001'; exit 9", { tty: true });
    await exec.run();
    expect(exec.output).toEqual(Buffer.from([3, 5, 3, 1]));
    expect(exec.returncode).toBe(9);
  });

  it("takes Ctrl-C and Ctrl-D as data", async () => {
    const interrupted = harness.exec("echo up; exec sleep 30", { tty: true });
    await interrupted.start();
    await until(() => interrupted.output.includes("up"));
    await interrupted.sendStdin("\x03");
    await interrupted.wait();
    expect(interrupted.returncode).toBe(130);
    // Behind a shell: cat closes its files before it exits, and node-pty hangs up on a terminal that nobody has open.
    const ended = harness.exec("cat; exit 0", { tty: true });
    await ended.start();
    await ended.sendStdin(Buffer.from([4]));
    await ended.wait();
    expect(ended.returncode).toBe(0);
  });

  it("has no end of input but Ctrl-D", async () => {
    const exec = harness.exec("cat", { tty: true });
    await exec.start();
    expect(await rejection(exec.sendStdinEof())).toMatchObject(INVALID);
    expect(await rejection(exec.readStdout())).toMatchObject(INVALID);
    await exec.sendStdin("\x04");
    await exec.wait();
  });

  it("is read with readOutput, onOutput and lines", async () => {
    const exec = harness.exec("echo a; echo b", { tty: true });
    const seen: string[] = [];
    exec.onOutput = (data) => seen.push(String(data));
    await exec.start();
    let text = "";
    while (exec.returncode === null) text += await exec.readOutput({ timeout: 20 });
    text += await exec.readOutput();
    expect(text).toBe("a\r\nb\r\n");
    expect(seen.join("")).toBe(text);
    const lines: string[] = [];
    for await (const line of harness.exec("echo a; echo b", { tty: true }).lines()) lines.push(line);
    expect(lines).toEqual(["a", "b"]);
  });

  it("gets a TERM with an environment of its own", async () => {
    const exec = await harness.exec("echo $TERM", { tty: true, env: { A: "1" } }).run();
    expect(exec.output.toString()).toBe("xterm-256color\r\n");
  });

  it("goes on running when it is closed, and dies when its time is up", async () => {
    const exec = harness.exec("sleep 30", { tty: true });
    await exec.start();
    await until(() => exec.sessionId !== undefined);
    await exec.close();
    expect(isAlive(exec.sessionId)).toBe(true);
    const late = harness.exec("sleep 30", { tty: true });
    expect((await outOfTime(late, 1000)).name).toBe("TimeoutError");
    await until(() => !isAlive(late.sessionId));
  });
});

it.each([
  [0, 10],
  [10, 65_536],
  [1.5, 10],
  ["80", 24],
])("refuses a window of %s by %s", (cols, rows) => {
  expect(() => harness.exec("true", { tty: true, initialWindowSize: [cols as number, rows] })).toThrow(
    RangeError,
  );
});

it("cannot resize where there is no terminal, and only to what a terminal can be", async () => {
  const exec = harness.exec("cat");
  await exec.start();
  expect(() => exec.resizeTerminal(80, 24)).toThrow(expect.objectContaining(INVALID));
  await exec.close();
});
