import { createServer } from "node:net";
import { KrytenClient, KrytenConnectionError, KrytenValidationError } from "@kit/kryten";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CLOSED_PORT } from "../support/free-port.js";
import { Certificate } from "../support/kryten/certificate.js";
import { eventually } from "../support/kryten/eventually.js";
import { LineByLine } from "../support/kryten/line-by-line.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { QuietLogger } from "../support/kryten/quiet-logger.js";
import { config, openClient } from "./setup.js";

let server: NatsServer;

beforeAll(async () => {
  server = await NatsServer.start({ jetstream: false });
});

afterAll(() => server?.stop());

describe("connect and disconnect", () => {
  it("changes isConnected, warns of a second connect, and can be repeated", async () => {
    const client = await openClient(server.url);
    expect(client.isConnected).toBe(true);
    await client.connect();
    expect(client.log.lines).toContain("warn already connected");
    await client.disconnect();
    await client.disconnect();
    expect(client.isConnected).toBe(false);
    expect(client.nats).toBeUndefined();
    await client.connect();
    expect(client.isConnected).toBe(true);
    await client.disconnect();
  });

  it("connects anew where connect is called while the client disconnects", async () => {
    const client = await openClient(server.url);
    const old = client.nats;
    const [, again] = await Promise.allSettled([client.disconnect(), client.connect()]);
    expect(again).toMatchObject({ status: "fulfilled" });
    expect(client.isConnected).toBe(true);
    expect(client.nats).not.toBe(old);
    await Promise.all([client.disconnect(), client.disconnect()]);
    expect(client.isConnected).toBe(false);
  });

  it("happens once when connect is called twice at a time", async () => {
    const client = new KrytenClient(config(server.url), { logger: new QuietLogger() });
    await Promise.all([client.connect(), client.connect()]);
    const connection = client.nats;
    await client.disconnect();
    expect(connection?.isClosed()).toBe(true);
  });

  it("is called off by a signal, with its reason, and leaves nothing open", async () => {
    const reason = new Error("took too long");
    const silent = createServer((socket) => void socket.on("error", () => {}));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const client = new KrytenClient(config(`nats://127.0.0.1:${port}`), { logger: new QuietLogger() });
    await expect(client.connect({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const connecting = client.connect({ signal: controller.signal });
    const joining = client.connect();
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await expect(joining).rejects.toBe(reason);
    expect(client.isConnected).toBe(false);
    silent.close();
  });

  it("rejects with the cause when nobody listens, after the configured attempts", async () => {
    const log = new QuietLogger();
    const nats = {
      servers: [`nats://127.0.0.1:${CLOSED_PORT}`],
      reconnectTimeWait: 1,
      maxReconnectAttempts: 1,
    };
    const client = new KrytenClient({ ...config(""), nats }, { logger: log });
    await expect(client.connect()).rejects.toThrow(KrytenConnectionError);
    expect(log.lines.filter((line) => line.includes("trying again"))).toHaveLength(1);
    expect(client.health()).toMatchObject({ connected: false, state: "error" });
    await expect(client.connect()).rejects.toMatchObject({
      message: `cannot connect to NATS at nats://127.0.0.1:${CLOSED_PORT} (CONNECTION_REFUSED)`,
      code: "CONNECTION_REFUSED",
      cause: { code: "CONNECTION_REFUSED" },
    });
  });

  it("waits for a server that comes later, and can be called off", async () => {
    const servers = [`nats://127.0.0.1:${CLOSED_PORT}`];
    const nats = { servers, reconnectTimeWait: 1, waitOnFirstConnect: true };
    const client = new KrytenClient({ ...config(""), nats, retryAttempts: 0 }, { logger: new QuietLogger() });
    const connecting = client.connect();
    const refused = expect(connecting).rejects.toThrow(KrytenConnectionError);
    expect(client.health().state).toBe("connecting");
    await client.disconnect();
    await refused;
    expect(client.isConnected).toBe(false);
  });

  it("can be called off while a server takes the connection and says nothing", async () => {
    const mute = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => mute.once("listening", resolve));
    const { port } = mute.address() as { port: number };
    const nats = { servers: [`nats://127.0.0.1:${port}`], connectTimeout: 60 };
    const client = new KrytenClient({ ...config(""), nats }, { logger: new QuietLogger() });
    const refused = expect(client.connect()).rejects.toThrow(KrytenConnectionError);
    await client.disconnect();
    await refused;
    mute.close();
  });

  it("disconnects at the end of an `await using` block, also when it throws", async () => {
    let used: KrytenClient | undefined;
    const block = async () => {
      await using client = await KrytenClient.open(config(server.url), { logger: new QuietLogger() });
      used = client;
      expect(client.isConnected).toBe(true);
      throw new Error("in the block");
    };
    await expect(block()).rejects.toThrow("in the block");
    expect(used?.isConnected).toBe(false);
  });

  it("lets running handlers end, and aborts those that do not", async () => {
    const client = await openClient(server.url);
    let ended = false;
    let aborted = false;
    client.on("usercount", async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended = true;
    });
    client.on("usercount", (_event, { signal }) => {
      return new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          aborted = true;
          resolve();
        });
      });
    });
    const body = { event_name: "usercount", payload: 1, channel: "lounge", domain: "cytu.be" };
    client.nats?.publish("kryten.events.cytube.lounge.usercount", JSON.stringify(body));
    await client.nats?.flush();
    await client.disconnect();
    expect({ ended, aborted }).toEqual({ ended: true, aborted: true });
  });

  it("leaves no timer and no listener behind", async () => {
    const before = activeResources();
    const signals = process.listenerCount("SIGTERM");
    const client = await openClient(server.url, { service: { name: "svc" } });
    client.on("chatmsg", () => {});
    client.onGroupRestart(() => {});
    const running = client.run();
    await client.sendChat("lounge", "hi");
    await client.getUser("lounge", "ann", { timeout: 0.05 }).catch(() => {});
    await client.disconnect();
    await running;
    // What an earlier test left may go meanwhile, so there may be less than before.
    await eventually("everything is gone", () =>
      [...activeResources()].every(([name, count]) => count <= (before.get(name) ?? 0)),
    );
    expect(process.listenerCount("SIGTERM")).toBe(signals);
  });
});

describe("commands without a connection", () => {
  it("reject at once before connecting and after disconnecting", async () => {
    const client = new KrytenClient(config(server.url), { logger: new QuietLogger() });
    await expect(client.sendChat("lounge", "x")).rejects.toThrow(KrytenConnectionError);
    await client.connect();
    await client.disconnect();
    await expect(client.pause("lounge")).rejects.toThrow(KrytenConnectionError);
    await expect(client.ping()).rejects.toThrow(KrytenConnectionError);
    await expect(client.kvGet("b", "k")).rejects.toThrow(KrytenConnectionError);
    expect(() => client.subscribe("a", () => {})).toThrow(KrytenConnectionError);
    expect(() => client.subscribe("a b", () => {})).toThrow(KrytenValidationError);
  });
});

describe("a command whose signal is aborted already", () => {
  it("is not sent", async () => {
    const client = await openClient(server.url);
    const seen: string[] = [];
    client.subscribe("kryten.robot.command", (message) => void seen.push(message.string()));
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(client.pause("lounge", { signal })).rejects.toThrow("too late");
    await expect(client.pause("lounge", { signal, confirm: true })).rejects.toThrow("too late");
    await client.nats?.flush();
    expect(seen).toEqual([]);
    await client.disconnect();
  });
});

describe("run", () => {
  it("rejects before connect", async () => {
    const client = new KrytenClient(config(server.url), { logger: new QuietLogger() });
    await expect(client.run()).rejects.toThrow(KrytenConnectionError);
    await client.stop();
  });

  it("ends with stop, stays connected, and warns when called twice", async () => {
    const client = await openClient(server.url);
    const running = client.run({ handleSignals: false });
    await client.run();
    expect(client.log.lines).toContain("warn already running");
    await client.stop();
    await running;
    expect(client.isConnected).toBe(true);
    await client.disconnect();
  });

  it("ends with SIGTERM and then listens to signals no more", async () => {
    const client = await openClient(server.url);
    const before = process.listenerCount("SIGTERM");
    const running = client.run();
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    process.emit("SIGTERM", "SIGTERM");
    await running;
    expect(process.listenerCount("SIGTERM")).toBe(before);
    await client.disconnect();
  });
});

describe("the pace of chat", () => {
  it("holds back the second line, in order, and not other commands", async () => {
    const client = await openClient(server.url, { chatMinDelay: 1, chatJitter: 0 });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const order: string[] = [];
      const first = client.sendChat("lounge", "1").then(() => order.push("first"));
      const second = client.sendPm("lounge", "ann", "2").then(() => order.push("second"));
      await first;
      await client.unmuteUser("lounge", "ann").then(() => order.push("unmute"));
      await vi.advanceTimersByTimeAsync(999);
      await client.unmuteUser("lounge", "ann").then(() => order.push("unmute"));
      await vi.advanceTimersByTimeAsync(1);
      await second;
      expect(order).toEqual(["first", "unmute", "unmute", "second"]);
    } finally {
      vi.useRealTimers();
    }
    await client.disconnect();
  });
});

const LIFECYCLE_ONLY = `authorization { users: [{ user: u, password: p, permissions: { publish: ["kryten.lifecycle.>"] } }] }`;
const NOT_PERMITTED = { name: "PublishError", code: "PERMISSIONS_VIOLATION", ambiguous: false };

describe("authentication", () => {
  it("takes user and password from the configuration or from the address, and a token", async () => {
    const users = 'authorization { user: kryten, password: "p@ss:word" }';
    await withServer(users, async ({ port, url }) => {
      await openClient("", { nats: { servers: [url], user: "kryten", password: "p@ss:word" } }).then((c) =>
        c.disconnect(),
      );
      const address = `nats://kryten:${encodeURIComponent("p@ss:word")}@127.0.0.1:${port}`;
      await openClient(address).then((c) => c.disconnect());
      const wrong = openClient("", { nats: { servers: [url], user: "kryten", password: "secret-guess" } });
      await expect(wrong).rejects.toMatchObject({
        name: "KrytenConnectionError",
        code: "AUTHORIZATION_VIOLATION",
      });
      await expect(wrong).rejects.not.toThrow("secret-guess");
    });
    await withServer('authorization { token: "s3cret" }', async ({ url }) => {
      await openClient("", { nats: { servers: [url], token: "s3cret" } }).then((c) => c.disconnect());
    });
  });

  it("takes the login that the server asks for when the configuration has both, or one that is empty", async () => {
    const login = { user: "kryten", password: "right" };
    await withServer("authorization { user: kryten, password: right }", async ({ url }) => {
      for (const token of ["left-over", ""])
        await openClient("", { nats: { servers: [url], ...login, token } }).then((c) => c.disconnect());
    });
    await withServer("authorization { token: right }", async ({ url }) => {
      for (const other of [login, { user: "", password: "" }]) {
        const nats = { servers: [url], ...other, token: "right" };
        await openClient("", { nats }).then((c) => c.disconnect());
      }
    });
  });

  it("reports a subject the user must not publish on, and does not call it ambiguous", async () => {
    await withServer(LIFECYCLE_ONLY, async ({ url }) => {
      const client = await openClient("", { nats: { servers: [url], user: "u", password: "p" } });
      await expect(client.sendChat("lounge", "x")).rejects.toMatchObject(NOT_PERMITTED);
      await expect(client.ping()).rejects.toMatchObject(NOT_PERMITTED);
      await client.publish("kryten.lifecycle.x.y", "{}");
      await client.disconnect();
    });
  });

  it("reports it to each of several senders of the same subject at once", async () => {
    await withServer(LIFECYCLE_ONLY, async ({ url }) => {
      const client = await openClient("", { nats: { servers: [url], user: "u", password: "p" } });
      const sends = Array.from({ length: 5 }, (_, n) => client.publish("a.b", `${n}`));
      const outcomes = await Promise.allSettled([...sends, client.publish("kryten.lifecycle.x.y", "{}")]);
      expect(outcomes.map(({ status }) => status)).toEqual([...sends.map(() => "rejected"), "fulfilled"]);
      await client.disconnect();
    });
  });

  it("reports it to each of several senders, also when the answers come piece by piece", async () => {
    await withServer(LIFECYCLE_ONLY, async ({ port }) => {
      await using slow = await LineByLine.before(port);
      const client = await openClient("", { nats: { servers: [slow.url], user: "u", password: "p" } });
      const outcomes = await Promise.allSettled([
        client.publish("a.b", "1"),
        client.publish("kryten.lifecycle.x.y", "{}"),
        client.publish("a.b", "2"),
        client.publish("c.d", "3"),
      ]);
      expect(outcomes).toMatchObject([
        { reason: NOT_PERMITTED },
        { status: "fulfilled" },
        { reason: NOT_PERMITTED },
        { reason: NOT_PERMITTED },
      ]);
      await client.disconnect();
    });
  });

  it("tells the log of a subject the user must not subscribe to, and hears the others", async () => {
    const permissions = `permissions: { publish: ">", subscribe: { deny: ["kryten.events.>", "secret.>"] } }`;
    await withServer(
      `authorization { users: [{ user: u, password: p, ${permissions} }] }`,
      async ({ url }) => {
        const client = await openClient("", { nats: { servers: [url], user: "u", password: "p" } });
        const heard: string[] = [];
        client.subscribe("secret.plans", () => {});
        client.subscribe("open.plans", (message) => void heard.push(message.string()));
        await client.publish("open.plans", "x");
        await eventually("the message", () => heard.length === 1);
        expect(client.log.lines.filter((line) => line.startsWith("error"))).toEqual([
          "error the server does not permit subscribing to kryten.events.cytube.lounge.>",
          "error the server does not permit subscribing to secret.plans",
        ]);
        await client.disconnect();
      },
    );
  });

  it("refuses a message larger than the server takes", async () => {
    const client = await openClient(server.url);
    const large = client.sendChat("lounge", "x".repeat(1_100_000));
    await expect(large).rejects.toMatchObject({
      name: "PublishError",
      code: "MAX_PAYLOAD_EXCEEDED",
      ambiguous: false,
    });
    await client.disconnect();
  });

  it("reaches a server over TLS with certificates of the configuration", async () => {
    using certificate = new Certificate();
    const { key, cert } = certificate;
    await withServer(`tls { cert_file: "${cert}", key_file: "${key}" }`, async ({ port }) => {
      const client = await openClient("", { nats: { servers: [`tls://localhost:${port}`], tls_ca: cert } });
      await client.publish("a.b", "x");
      await client.disconnect();
    });
  });
});

/** How many handles and timers of each kind keep the process alive. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (name !== "Immediate") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function withServer(config: string, use: (server: NatsServer) => Promise<void>): Promise<void> {
  const guarded = await NatsServer.start({ jetstream: false, config });
  try {
    await use(guarded);
  } finally {
    await guarded.stop();
  }
}
