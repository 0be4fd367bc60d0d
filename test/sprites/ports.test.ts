import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { CLOSED_PORT, freePort } from "../support/free-port.js";
import type { Faults } from "../support/sprites/faults.js";
import { TOKEN } from "../support/sprites/server.js";
import { Telemetry } from "../support/telemetry.js";
import { Harness, rejection, until } from "./harness.js";

const harness = new Harness();

/** A server in the sandbox, which in truth runs here. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const serve = (onSocket: (socket: Socket) => void): Promise<number> => listen(createServer(onSocket));

const echo = (socket: Socket): void => void socket.on("error", () => undefined).pipe(socket);

describe("a connection to a port", () => {
  it("carries bytes both ways, in order, and closes with its end", async () => {
    const port = await serve(echo);
    const connection = await harness.sprite().ports.connect(port);
    connection.write("hello ");
    connection.write(Buffer.alloc(3_000_000, "x"));
    connection.write("!");
    let seen = "";
    for await (const piece of connection) {
      seen += piece;
      if (seen.endsWith("!")) break;
    }
    expect(seen).toBe(`hello ${"x".repeat(3_000_000)}!`);
    await until(() => harness.server.connections === 0);
  });

  it("tells the end when the other end closes, after all that it sent", async () => {
    const port = await serve((socket) => socket.end("y".repeat(2_000_000)));
    const connection = await harness.sprite().ports.connect(port);
    expect(await text(connection)).toBe("y".repeat(2_000_000));
    await until(() => connection.destroyed && harness.server.connections === 0);
  });

  it("hands out what was sent to it also when its own bytes find nobody any more", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => void server.close());
    server.on("connection", (socket) => {
      socket.send('{"status":"connected"}');
      socket.on("message", (_, isBinary) => {
        if (!isBinary) return;
        socket.send(Buffer.from("bye"));
        socket.close(1000);
      });
    });
    await until(() => server.address() !== null);
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = await harness.client({ endpoint }).attach("box").ports.connect(80);
    const keepWriting = (): void => {
      if (connection.writable) connection.write("more", () => setImmediate(keepWriting));
    };
    keepWriting();
    expect(await text(connection)).toBe("bye");
  });

  it("does not repeat the token when the server's reason does", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => void server.close());
    server.on("connection", (socket) => socket.close(1011, `no ${TOKEN}`));
    await until(() => server.address() !== null);
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await rejection(harness.client({ endpoint }).attach("box").ports.connect(80));
    expect(error.message).toContain("1011: no [token]");
    expect(JSON.stringify(error)).not.toContain(TOKEN);
  });

  it("may go to another host than the sandbox itself", async () => {
    const { ports } = harness.sprite();
    const connection = await ports.connect(await serve(echo), { host: "127.0.0.1" });
    connection.destroy();
    expect(await rejection(ports.connect(80, { host: "elsewhere" }))).toMatchObject({ closeCode: 1003 });
  });

  it("is not read faster than its reader reads", async () => {
    let source: Socket | undefined;
    const port = await serve((socket) => {
      source = socket;
      socket.on("error", () => undefined);
      socket.end(Buffer.alloc(64 * 1024 * 1024));
    });
    const connection = await harness.sprite().ports.connect(port);
    await until(() => connection.readableLength >= connection.readableHighWaterMark);
    expect(source?.writableFinished).toBe(false);
    let size = 0;
    for await (const piece of connection) size += piece.length;
    expect(size).toBe(64 * 1024 * 1024);
  });

  it("says why it could not be made", async () => {
    expect(await rejection(harness.sprite().ports.connect(CLOSED_PORT))).toMatchObject({
      name: "ConnectionError",
      closeCode: 1011,
      message: expect.stringMatching(
        new RegExp(`^cannot connect to localhost:${CLOSED_PORT} .*Failed to connect`),
      ),
    });
  });

  it.each<[string, Faults, object]>([
    ["an unknown answer", { proxyAnswer: '{"status":"no"}' }, { message: /not understood/ }],
    ["an answer that is no JSON", { proxyAnswer: "yes" }, { message: /not understood/ }],
    ["no answer", { proxyAnswer: "" }, { message: /no answer in time/, limit: 300 }],
    ["no upgrade", { neverAnswer: true }, { message: /did not answer the upgrade in time/, limit: 20 }],
    ["503", { refuse: { status: 503, body: "asleep" } }, { message: /asleep/, status: 503 }],
  ])("is a ConnectionError with %s", async (_, faults, expected) => {
    const { message, limit, ...fields } = expected as Record<string, unknown>;
    const { ports } = harness.sprite(faults);
    const error = await rejection(ports.connect(3000, { timeout: limit as number | undefined }));
    expect(error).toMatchObject({ name: "ConnectionError", ...fields });
    expect(error.message).toMatch(message as RegExp);
    await until(() => harness.server.connections === 0);
  });

  it("is refused with the class that fits", async () => {
    const refuse = (status: number) => ({ refuse: { status, body: { error: "no" } } });
    expect(await rejection(harness.sprite(refuse(401)).ports.connect(1))).toMatchObject({
      name: "AuthenticationError",
    });
    expect(await rejection(harness.sprite(refuse(404)).ports.connect(1))).toMatchObject({
      name: "ApiError",
      status: 404,
    });
  });

  it("is given up with the reason of the signal", async () => {
    const reason = new Error("enough");
    for (const faults of [{ proxyAnswer: "" }, { neverAnswer: true }]) {
      const stop = new AbortController();
      const connecting = harness.sprite(faults).ports.connect(3000, { signal: stop.signal });
      setTimeout(() => stop.abort(reason), 20);
      expect(await rejection(connecting)).toBe(reason);
    }
    await until(() => harness.server.connections === 0);
  });

  it("is one span, from dialling until bytes can flow, and shows the port and not the bytes", async () => {
    const { tracerProvider, spans } = new Telemetry();
    const port = await serve(echo);
    const { ports } = harness.sprite({}, { tracerProvider });
    const connection = await ports.connect(port);
    expect(spans).toMatchObject([
      { name: "proxy connect", attributes: { "sprites.proxy.port": port }, ended: true },
    ]);
    connection.destroy();
    await rejection(ports.connect(CLOSED_PORT));
    expect(spans[1]).toMatchObject({ attributes: { "error.type": "ConnectionError" }, ended: true });
  });

  it.each([0, 65_536, 1.5, "80", undefined])("does not go to port %s", async (port) => {
    const { ports } = harness.sprite();
    expect((await rejection(ports.connect(port as number))).message).toBe(
      "port must be an integer from 1 to 65535",
    );
    expect((await rejection(ports.forward(port as number))).message).toBe(
      "port must be an integer from 1 to 65535",
    );
  });
});

describe("a forwarded port", () => {
  it("leads HTTP into the sandbox, also many requests at once", async () => {
    const inside = createHttpServer((request, response) => response.end(`you asked for ${request.url}`));
    const port = await listen(inside);
    await using forward = await harness.sprite().ports.forward(port);
    const get = async (path: string) => (await fetch(`http://${forward.address}${path}`)).text();
    expect(await Promise.all(["/a", "/b", "/c"].map(get))).toEqual(
      ["/a", "/b", "/c"].map((path) => `you asked for ${path}`),
    );
    inside.closeAllConnections();
  });

  it("passes on all that was sent before the end, in both directions", async () => {
    const received: Promise<string>[] = [];
    const port = await serve((socket) => {
      socket.on("error", () => undefined);
      received.push(text(socket).catch(() => ""));
      socket.end("z".repeat(1_000_000));
    });
    await using forward = await harness.sprite().ports.forward(port);
    expect(await text(connect(forward.port, forward.host))).toBe("z".repeat(1_000_000));
    const sink = await serve((socket) => void received.push(text(socket)));
    await using other = await harness.sprite().ports.forward(sink);
    connect(other.port, other.host).end("a".repeat(1_000_000));
    await until(() => received.length === 2);
    expect(await received[1]).toBe("a".repeat(1_000_000));
  });

  it("closes a connection that cannot be made, tells why, and takes the next", async () => {
    const sprite = harness.sprite({ refuseOnce: { status: 503, body: "asleep" } });
    await using forward = await sprite.ports.forward(await serve(echo));
    const errors: unknown[] = [];
    forward.onError = (error) => errors.push(error);
    const first = connect(forward.port, forward.host);
    await once(first, "close");
    expect(errors).toMatchObject([{ name: "ConnectionError", status: 503 }]);
    const second = connect(forward.port, forward.host);
    second.write("hi");
    expect(String((await once(second, "data"))[0])).toBe("hi");
    second.destroy();
    await until(() => harness.server.connections === 0);
  });

  it("is not opened with a signal that is aborted, also while it is opened", async () => {
    const { ports } = harness.sprite();
    const reason = new Error("enough");
    expect(await rejection(ports.forward(80, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const stop = new AbortController();
    const opening = rejection(ports.forward(80, { signal: stop.signal }));
    stop.abort(reason);
    expect(await opening).toBe(reason);
  });

  it("listens at the port that is asked for, or rejects as the system does", async () => {
    const localPort = await freePort();
    await using forward = await harness.sprite().ports.forward(80, { localPort });
    expect(forward).toMatchObject({ host: "127.0.0.1", port: localPort });
    expect(await rejection(harness.sprite().ports.forward(80, { localPort }))).toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it.each(["close", "signal"])(
    "ends its connections by its %s, and those that are being made",
    async (how) => {
      const stop = new AbortController();
      const port = await serve(echo);
      const sprite = harness.sprite();
      const forward = await sprite.ports.forward(port, { signal: stop.signal });
      const open = connect(forward.port, forward.host);
      open.write("hi");
      await once(open, "data");
      harness.server.sandbox(sprite.spriteId).faults.neverAnswer = true;
      const making = connect(forward.port, forward.host);
      await once(making, "connect");
      const closed = [open, making].map((socket) =>
        once(
          socket.on("error", () => undefined),
          "close",
        ),
      );
      if (how === "close") await forward.close();
      else stop.abort();
      await Promise.all(closed);
      await forward.close();
      await until(() => harness.server.connections === 0);
      expect((await rejection(fetch(`http://${forward.address}`))).name).toBe("TypeError");
    },
  );
});
