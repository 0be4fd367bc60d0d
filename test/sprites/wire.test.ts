import { subscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";
import { type Sprite, SpritesClient } from "@kit/sprites";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { collectGarbage } from "../support/garbage.js";
import {
  binary,
  closing,
  frame,
  json,
  RawServer,
  type Script,
  text,
} from "../support/raw-websocket-server.js";
import { Telemetry } from "../support/telemetry.js";
import { rejection, until } from "./harness.js";

const TOKEN = "wire-token";
const SESSION = json({ type: "session_info", session_id: "7", command: "cat -v", tty: false });
const EXIT = binary(3, 0);

let server: RawServer;
let telemetry: Telemetry;

beforeAll(async () => {
  server = await RawServer.start();
});
afterAll(() => server.close());

/** A sandbox whose connections are answered so. */
function sprite(script: Script): Sprite {
  server.script = script;
  telemetry = new Telemetry();
  const { tracerProvider } = telemetry;
  return new SpritesClient({ endpoint: server.endpoint, token: TOKEN, tracerProvider }).attach("box");
}

/** Sends all of it in the segment of the 101, and then does nothing more: does not even hang up when the client does. */
const atOnce =
  (...bytes: Uint8Array[]): Script =>
  (socket, accept) => {
    socket.allowHalfOpen = true;
    socket.write(Buffer.concat([accept, ...bytes]));
  };

describe("what shares a segment with the 101", () => {
  it.each([
    ["output and the exit", [SESSION, binary(1, "hi"), json({ type: "exit", exit_code: 0 }), EXIT]],
    [
      "frames in fragments",
      [frame(2, Buffer.from("\x01h")).fill(0x02, 0, 1), frame(0, Buffer.from("i")), EXIT],
    ],
    [
      "output after the text exit",
      [json({ type: "exit", exit_code: 0 }), binary(1, "hi"), EXIT, binary(1, "no")],
    ],
  ])("is not missed: %s", async (_, frames) => {
    const exec = await sprite(atOnce(...frames))
      .exec("x")
      .run();
    expect(exec).toMatchObject({ returncode: 0, stdout: Buffer.from("hi") });
  });

  it.each([
    ["bytes that are no frame", [Buffer.of(0xff, 0xff, 0xff)], 1006],
    ["text that is no UTF-8", [frame(1, Buffer.of(0xc3, 0x28))], 1006],
    ["a close frame, the socket held", [closing(1000)], 1000],
    ["a close frame with a reason, the socket held", [binary(1, "x"), closing(1011, "going")], 1011],
  ])("ends the command soon: %s", async (_, bytes, closeCode) => {
    const box = sprite(atOnce(...bytes));
    expect(await rejection(box.exec("x").run())).toMatchObject({ name: "ConnectionError", closeCode });
    expect(telemetry.spans).toMatchObject([
      { attributes: { "error.type": "ConnectionError", "sprites.ws.close_code": closeCode }, ended: true },
    ]);
  });
});

it("takes the status of a refusal whose body never ends", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const refuse: Script = (socket) =>
    void socket.write("HTTP/1.1 429 Slow\r\nRetry-After: 3\r\n\r\nslow down");
  const exec = sprite(refuse).exec("x");
  const answered = new Promise((resolve) => subscribe("http.client.response.finish", resolve));
  const failing = rejection(exec.run());
  await answered;
  for (let i = 0; i < 10; i++) await turn();
  vi.advanceTimersByTime(30_000);
  expect(await failing).toMatchObject({
    name: "ExecutionError",
    status: 429,
    retryAfterSeconds: 3,
    message: "slow down",
  });
});

it.each([
  ["an error frame", atOnce(json({ type: "error", error: `no ${TOKEN}` })), "no [token]"],
  ["a close frame", atOnce(closing(1011, `no ${TOKEN}`)), "no [token]"],
])("does not repeat the token of %s", async (_, script, said) => {
  const error = await rejection(sprite(script).exec("x").run());
  expect(error.message).toContain(said);
  expect(
    JSON.stringify([error, telemetry.spans.map(({ events, status }) => [events, status])]),
  ).not.toContain(TOKEN);
});

it("records 64 events of a command at most, its exit among them", async () => {
  const port = json({ type: "port_opened", port: 3000 });
  await sprite(atOnce(SESSION, ...Array.from({ length: 200 }, () => port), binary(3, 1)))
    .exec("x")
    .run();
  const names = telemetry.spans[0]?.events.map(({ name }) => name) ?? [];
  expect(names.length).toBeGreaterThan(60);
  expect(names.length).toBeLessThanOrEqual(64);
  expect(names.at(-1)).toBe("sprites.exit");
});

it("names the class of an error as the type of its exception, whatever its code", async () => {
  const body = '{"error":"sprite_not_found"}';
  const refuse: Script = (socket) =>
    void socket.end(`HTTP/1.1 404 No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  expect(await rejection(sprite(refuse).exec("x").run())).toMatchObject({ code: "sprite_not_found" });
  expect(telemetry.spans[0]?.events.at(-1)?.attributes).toMatchObject({ "exception.type": "ExecutionError" });
});

describe("iteration", () => {
  it("may be asked ahead, and lets go of the command all the same", async () => {
    const exec = sprite(atOnce(SESSION, binary(1, "a"), binary(2, "b"))).exec("x");
    const iterator = exec[Symbol.asyncIterator]();
    const steps = await Promise.all([iterator.next(), iterator.next()]);
    expect(steps.map(({ value }) => value?.data.toString())).toEqual(["a", "b"]);
    const third = iterator.next();
    await iterator.return?.();
    expect(await third).toEqual({ done: true, value: undefined });
    expect(await exec.wait()).toBe(false);
  });

  it("by lines may be left while it waits for the next, and lets go of the command", async () => {
    const exec = sprite(atOnce(SESSION, binary(1, "a\nb"))).exec("x");
    const lines = exec.lines();
    expect((await lines.next()).value).toBe("a");
    const second = lines.next();
    expect(await lines.return()).toEqual({ done: true, value: undefined });
    expect(await second).toEqual({ done: true, value: undefined });
    expect(await exec.wait()).toBe(false);
  });

  it("that is left while it connects is over", async () => {
    const exec = sprite(() => undefined).exec("x");
    const iterator = exec[Symbol.asyncIterator]();
    const first = iterator.next();
    await iterator.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
  });

  it("that was never begun leaves the command to be run", async () => {
    const exec = sprite(atOnce(SESSION, binary(1, "hi"), EXIT)).exec("x");
    await exec[Symbol.asyncIterator]().return?.();
    await exec.readableWeb().cancel();
    const readable = exec.readable();
    readable.destroy();
    await new Promise((resolve) => readable.once("close", resolve));
    expect((await exec.run()).stdout.toString()).toBe("hi");
    expect(telemetry.spans).toHaveLength(1);
  });
});

it("may be asked for its end any number of times, and remembers none of those who gave up", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const exec = sprite(atOnce(SESSION)).exec("x");
  await exec.start();
  const poll = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) {
      const waiting = exec.wait({ timeout: 1 });
      vi.advanceTimersByTime(1);
      expect(await waiting).toBe(false);
    }
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = await poll(500);
  expect((await poll(10_000)) - before).toBeLessThan(1_000_000);
  vi.useRealTimers();
  await exec.close();
});

describe("a callback of the first output", () => {
  it("may answer it", async () => {
    const exec = sprite((socket, accept) => {
      socket.write(Buffer.concat([accept, SESSION, binary(1, "login: ")]));
      socket.once("data", () => socket.write(EXIT));
    }).exec("login");
    const answered: Promise<void>[] = [];
    exec.onStdout = () => void answered.push(exec.sendStdin("me\n"));
    await exec.start();
    expect(await exec.wait()).toBe(true);
    await Promise.all(answered);
    expect(answered).toHaveLength(1);
  });

  it("may close the command", async () => {
    const exec = sprite(atOnce(SESSION, binary(1, "a"), binary(1, "b"))).exec("x");
    let seen = "";
    exec.onStdout = (data) => {
      seen += data;
      void exec.close();
    };
    await exec.start();
    expect(await exec.wait()).toBe(false);
    expect(seen).toBe("a");
    expect(telemetry.spans).toMatchObject([{ attributes: { "sprites.exec.detached": true } }]);
  });
});

describe("input", () => {
  /** Ends the command with its first binary frame: 5 for the end of its input, else 6. */
  const untilInput: Script = (socket, accept) => {
    socket.write(Buffer.concat([accept, SESSION]));
    // Opcode, length and mask come before the payload, which is masked.
    socket.on("data", ([opcode, length = 0, mask, , , , first = 0]: Uint8Array) => {
      if (opcode === 0x82) socket.write(binary(3, length === 0x81 && (first ^ (mask ?? 0)) === 4 ? 5 : 6));
    });
  };

  it("that was ended too early can still be sent and ended", async () => {
    const exec = sprite(untilInput).exec("cat");
    expect(await rejection(exec.sendStdinEof())).toMatchObject({ errorCode: "INVALID_STATE" });
    await exec.start();
    await exec.sendStdinEof();
    await exec.wait();
    expect(exec.returncode).toBe(5);
  });

  it("of a joined session stays open when there is none to send", async () => {
    const exec = sprite(untilInput).sessions.attach("7");
    const running = exec.run();
    await until(() => exec.sessionId !== undefined);
    for (let i = 0; i < 20; i++) await turn();
    await exec.sendStdin("mine");
    await running;
    expect(exec.returncode).toBe(6);
  });

  it.each(["node", "web"])("ends with a %s stream that fails", async (kind) => {
    const exec = sprite(untilInput).exec("cat");
    await exec.start();
    if (kind === "node") {
      const writable = exec.writable();
      writable.on("error", () => undefined);
      writable.destroy(new Error("mine"));
    } else await exec.writableWeb().abort(new Error("mine"));
    await exec.wait();
    expect(exec.returncode).toBe(5);
  });
});

it("joins a session that was over before it told which it is", async () => {
  const box = sprite(atOnce(binary(1, "early"), json({ type: "exit", exit_code: 4 }), binary(3, 4), SESSION));
  const joined = await box.sessions.attach("7").run();
  expect(joined).toMatchObject({ returncode: 4, stdout: Buffer.from("early"), tty: false });
  expect(telemetry.spans).toMatchObject([{ name: "exec cat", attributes: { "process.exit.code": 4 } }]);
});

it("ignores text that means nothing", async () => {
  const noise = ["null", "[]", "3", '"x"', "", "{", '{"type":5}', '{"type":"exit","exit_code":"9"}'];
  const exec = sprite(atOnce(...noise.map(text), SESSION, binary(), binary(9, "x"), EXIT)).exec("x");
  const seen: string[] = [];
  exec.onControlMessage = (message) => seen.push(message);
  expect((await exec.run()).returncode).toBe(0);
  expect(seen).toEqual(noise);
});
