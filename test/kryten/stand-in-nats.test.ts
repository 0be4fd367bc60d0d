import { connect, headers, type Msg, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInNats } from "../support/kryten/stand-in-nats.js";

// The stand-in is true where the real server does the same.
describe.each([
  ["the stand-in", () => StandInNats.start()],
  ["nats-server", () => NatsServer.start({ jetstream: false })],
])("%s", (_, start) => {
  let server: { readonly url: string; stop(): Promise<void> };
  const connections: NatsConnection[] = [];
  beforeAll(async () => {
    server = await start();
  });
  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });
  afterAll(() => server.stop());

  async function client(): Promise<NatsConnection> {
    const connection = await connect({ servers: server.url });
    connections.push(connection);
    return connection;
  }

  /** What a subscription heard so far, as `subject text`. */
  function hear(connection: NatsConnection, subject: string, options: { queue?: string; max?: number } = {}) {
    const heard: string[] = [];
    const seen: Msg[] = [];
    connection.subscribe(subject, {
      ...options,
      callback: (_error, message) => {
        heard.push(`${message.subject} ${message.string()}`);
        seen.push(message);
      },
    });
    return { heard, seen };
  }

  it("brings a message with headers from one client to another", async () => {
    const [a, b] = [await client(), await client()];
    const { seen } = hear(b, "news.today");
    await b.flush();
    const given = headers();
    given.set("traceparent", "00-1-2-01");
    a.publish("news.today", "héllo", { headers: given });
    a.publish("news.today", new Uint8Array());
    await a.flush();
    await b.flush();
    expect(seen.map((message) => message.string())).toEqual(["héllo", ""]);
    expect(seen[0]?.headers?.get("traceparent")).toBe("00-1-2-01");
    expect(seen[1]?.headers).toBeUndefined();
  });

  it("matches * with one token and > with the rest", async () => {
    const connection = await client();
    const one = hear(connection, "a.*.c");
    const rest = hear(connection, "a.>");
    for (const subject of ["a.b.c", "a.b", "a", "a.b.c.d", "b.b.c"]) connection.publish(subject, "x");
    await connection.flush();
    expect(one.heard).toEqual(["a.b.c x"]);
    expect(rest.heard).toEqual(["a.b.c x", "a.b x", "a.b.c.d x"]);
  });

  it("gives a message to one member of a queue, and to everyone beside it", async () => {
    const [a, b] = [await client(), await client()];
    const members = [hear(a, "work", { queue: "q" }), hear(b, "work", { queue: "q" })];
    const beside = hear(b, "work");
    await Promise.all([a.flush(), b.flush()]);
    for (let i = 0; i < 20; i++) a.publish("work", String(i));
    await a.flush();
    await b.flush();
    expect(members.flatMap(({ heard }) => heard)).toHaveLength(20);
    expect(beside.heard).toHaveLength(20);
  });

  it("ends a subscription after the messages it asked for", async () => {
    const connection = await client();
    const { heard } = hear(connection, "few", { max: 2 });
    for (let i = 0; i < 5; i++) connection.publish("few", String(i));
    await connection.flush();
    expect(heard).toEqual(["few 0", "few 1"]);
  });

  it("carries questions and answers, and says when nobody hears", async () => {
    const [a, b] = [await client(), await client()];
    b.subscribe("question", { callback: (_error, message) => message.respond("answer") });
    await b.flush();
    expect((await a.request("question", "?")).string()).toBe("answer");
    await expect(a.request("nobody", "?", { timeout: 5000 })).rejects.toMatchObject({ code: "503" });
  });

  it("takes half a megabyte, cut by TCP as it may be", async () => {
    const connection = await client();
    const { seen } = hear(connection, "big");
    connection.publish("big", Buffer.alloc(500_000, "x"));
    await connection.flush();
    expect(seen[0]?.data.length).toBe(500_000);
  });
});
