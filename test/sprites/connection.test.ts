import { createServer, type Socket } from "node:net";
import { ConnectionError } from "@kit/sprites";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { Faults } from "../support/sprites/faults.js";
import { CLOSED_ENDPOINT, Harness, rejection, until } from "./harness.js";

const harness = new Harness();

describe("a refused upgrade", () => {
  const json = (status: number, body: object, headers = {}) => ({ refuse: { status, body, headers } });

  it.each<[string, Faults, object]>([
    [
      "401",
      json(401, { error: "unauthorized", message: "bad token" }),
      { name: "AuthenticationError", status: 401 },
    ],
    ["403", json(403, {}), { name: "AuthenticationError", status: 403 }],
    ["404", json(404, { error: "sprite not found" }), { name: "ExecutionError", status: 404 }],
    ["409", json(409, {}), { name: "ExecutionError", status: 409 }],
    [
      "429",
      json(429, { error: "concurrent_sprite_limit_exceeded", message: "wait" }, { "Retry-After": "17" }),
      { name: "ExecutionError", retryAfterSeconds: 17, errorCode: "concurrent_sprite_limit_exceeded" },
    ],
    ["502", { refuse: { status: 502, body: "no agent" } }, { name: "ConnectionError", message: "no agent" }],
    ["503", json(503, { error: "asleep" }), { name: "ConnectionError", status: 503 }],
    [
      "a redirect",
      { refuse: { status: 301, headers: { Location: "http://127.0.0.1:1/" } } },
      { name: "ConnectionError" },
    ],
  ])("with %s rejects at once with what fits", async (_, faults, expected) => {
    expect(await rejection(harness.exec("true", {}, faults).start())).toMatchObject(expected);
    expect(await rejection(harness.exec("true", {}, faults).run())).toMatchObject(expected);
  });

  it("is not tried again", async () => {
    const sprite = harness.sprite({ refuseOnce: { status: 503, body: {} } });
    const count = () =>
      harness.server.received.filter(({ url }) => url.includes(`/${sprite.spriteId}/`)).length;
    await rejection(sprite.exec("true").run());
    expect(count()).toBe(1);
    expect((await sprite.exec("true").run()).returncode).toBe(0);
  });

  it("of a wrong token or an unknown sprite", async () => {
    const wrong = harness.client({ token: "wrong-token" }).attach("box").exec("true");
    expect(await rejection(wrong.run())).toMatchObject({ name: "AuthenticationError", status: 401 });
    const unknown = harness.client().attach("no/such").exec("true");
    expect(await rejection(unknown.run())).toMatchObject({ name: "ExecutionError", status: 404 });
  });
});

describe("a server that cannot be reached", () => {
  it("is a ConnectionError with the cause", async () => {
    const closed = harness.client({ endpoint: CLOSED_ENDPOINT }).attach("box").exec("true");
    expect(await rejection(closed.start())).toMatchObject({
      name: "ConnectionError",
      message: expect.stringContaining("ECONNREFUSED"),
      cause: expect.anything(),
    });
  });

  it("or does not answer in time", async () => {
    const sprite = harness.sprite({ neverAnswer: true }, { connectTimeout: 50 });
    expect(await rejection(sprite.exec("true").start())).toMatchObject({
      name: "ConnectionError",
      message: expect.stringContaining("in time"),
    });
  });

  it("is waited for while there is time", async () => {
    const sprite = harness.sprite({ slowMs: 150 });
    expect((await sprite.exec("echo late").run()).stdout.toString()).toBe("late\n");
    expect(await sprite.listCheckpoints()).toEqual([]);
    const hasty = harness.sprite({ slowMs: 3000 }, { timeout: 50, connectTimeout: 50 });
    expect(await rejection(hasty.exec("true").run())).toMatchObject({ name: "ConnectionError" });
    expect(await rejection(hasty.listCheckpoints())).toMatchObject({ name: "TimeoutError" });
    const patient = harness.sprite({ slowMs: 3000 });
    expect(await rejection(patient.listCheckpoints({ timeout: 50 }))).toMatchObject({ name: "TimeoutError" });
  });

  it("or answers something that is no WebSocket", async () => {
    const server = createServer((socket: Socket) => {
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const sprite = harness.client({ endpoint: `http://127.0.0.1:${port}` }).attach("box");
    expect(await rejection(sprite.exec("true").start())).toBeInstanceOf(ConnectionError);
    server.close();
  });
});

describe("a connection that is lost", () => {
  it.each([1000, 1001, 1006, 1011])(
    "by close code %i has no exit code, and its output stays readable",
    async (code) => {
      const exec = harness.exec("echo out; echo err >&2", {}, { closeWith: { code, reason: "going" } });
      const exits: number[] = [];
      exec.onExit = (exit) => exits.push(exit);
      expect(await rejection(exec.run())).toMatchObject({ name: "ConnectionError", closeCode: code });
      expect(exec.returncode).toBeNull();
      expect(exec.stdout.toString()).toBe("out\n");
      expect((await exec.readStderr()).toString()).toBe("err\n");
      expect(await rejection(exec.readStderr())).toBeInstanceOf(ConnectionError);
      expect(await rejection(exec.wait())).toBeInstanceOf(ConnectionError);
      expect(exits).toEqual([]);
    },
  );

  it("tells the reason of the close frame", async () => {
    const exec = harness.exec("true", {}, { closeWith: { code: 1011, reason: "suspended" } });
    expect(await rejection(exec.run())).toMatchObject({
      reason: "suspended",
      message: expect.stringContaining("1011: suspended"),
    });
  });

  it.each(["upgrade", "open", "session", "output", "mid-frame"] as const)(
    "at stage %s rejects",
    async (dropAt) => {
      const exec = harness.exec("echo x; sleep 5", {}, { dropAt });
      expect(await rejection(exec.run())).toMatchObject({ name: "ConnectionError" });
      expect(exec.returncode).toBeNull();
      expect(exec.stdout.toString()).toBe(dropAt === "output" ? "x\n" : "");
    },
  );

  it("while input is on its way is told as such, not as input that came too late", async () => {
    const exec = harness.exec("echo x; sleep 5", {}, { dropAt: "output" });
    const running = rejection(exec.run({ stdin: Buffer.alloc(50_000_000) }));
    expect(await running).toMatchObject({ name: "ConnectionError", closeCode: 1006 });
    const other = harness.exec("echo x; sleep 5", {}, { dropAt: "output" });
    await other.start();
    expect(await rejection(other.sendStdin(Buffer.alloc(50_000_000)))).toMatchObject({
      name: "ConnectionError",
    });
  });
});

describe("a silent server", () => {
  it("is lost when neither data nor pongs come", async () => {
    const sprite = harness.sprite({ mutePongs: true }, { pingInterval: 30, silenceLimit: 200 });
    const error = await rejection(sprite.exec("sleep 5").run());
    expect(error).toMatchObject({
      name: "ConnectionError",
      cause: { message: expect.stringContaining("200 ms") },
    });
  });
});

describe("odd but possible", () => {
  it("output after the text exit is kept", async () => {
    const exec = await harness
      .exec("echo a", {}, { outputAfterTextExit: 65_536, binaryExitAfterMs: 50 })
      .run();
    expect(exec.stdout.length).toBe(2 + 65_536);
    expect(exec.returncode).toBe(0);
  });

  it.each<Faults>([
    { binaryExit: "absent", holdMs: 50 },
    { binaryExit: "absent", holdMs: 5000 },
    { binaryExit: "empty" },
    { textExit: "absent" },
    { noSessionInfo: true, noDebug: true },
    { numericSessionId: true },
    { noise: true },
  ])("an exit code comes through %j", async (faults) => {
    const exec = await harness.exec("echo a; exit 7", {}, faults).run();
    expect(exec).toMatchObject({ returncode: 7, stdout: Buffer.from("a\n") });
    if (faults.numericSessionId) expect(exec.sessionId).toMatch(/^\d+$/);
  });

  it("an empty exit frame alone is a loss", async () => {
    const exec = harness.exec("true", {}, { textExit: "absent", binaryExit: "empty" });
    expect(await rejection(exec.run())).toMatchObject({ name: "ConnectionError" });
  });

  it("an error frame is an ExecutionError with the server's words", async () => {
    const exec = harness.exec("true", {}, { errorFrame: "no agent in the sandbox" });
    expect(await rejection(exec.run())).toMatchObject({
      name: "ExecutionError",
      message: "no agent in the sandbox",
    });
  });

  it("a message above the limit is a loss that says so", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    server.on("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.send(Buffer.alloc(17 * 1024 * 1024, 1));
    });
    await until(() => server.address() !== null);
    const { port } = server.address() as { port: number };
    const exec = harness
      .client({ endpoint: `http://127.0.0.1:${port}` })
      .attach("box")
      .exec("true");
    expect(await rejection(exec.run())).toMatchObject({
      closeCode: 1009,
      message: expect.stringContaining("larger than"),
    });
    server.close();
  });
});

it("leaves no socket open, whatever happened", async () => {
  await until(() => harness.server.connections === 0);
});
