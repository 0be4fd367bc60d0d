import type { BusMessage, KrytenClient } from "@kit/kryten";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let client: KrytenClient;

beforeAll(async () => {
  server = await NatsServer.start({ jetstream: false });
});

afterEach(() => client?.disconnect());
afterAll(() => server?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the bridge would get, over the client's own connection, whose subscriptions return before anything is sent. */
function listen(read: (args: Record<string, unknown>) => unknown) {
  const got: unknown[] = [];
  client.subscribe("kryten.robot.command", (message: BusMessage) => {
    const { args } = message.json<{ args: Record<string, unknown> }>();
    got.push(read(args));
  });
  return got;
}

async function down(): Promise<void> {
  await server.down();
  await eventually("the client notices", () => !client.isConnected);
}

it("commands that wait for the server leave in the order they were given, as soon as it is back", async () => {
  // The third wait of the first command would end two seconds after the server is back.
  client = await openClient(server.url, { retryDelay: 0.6, retryAttempts: 6 });
  const got = listen(({ uid }) => Number(uid));
  await client.nats?.flush();
  await down();
  const sent: Promise<string>[] = [];
  for (let uid = 1; uid <= 5; uid++) {
    sent.push(client.jumpTo("lounge", uid));
    await pause(300);
  }
  await server.up();
  await Promise.all(sent);
  await eventually("all have come", () => got.length === 5);
  expect(got).toEqual([1, 2, 3, 4, 5]);
});

it("chat lines that wait for the server keep their order", async () => {
  client = await openClient(server.url, { retryDelay: 0.6, retryAttempts: 8, chatMinDelay: 0.05 });
  const got = listen(({ message }) => message);
  await client.nats?.flush();
  await down();
  const lines = ["one", "two", "three", "four", "five"];
  const sent: Promise<string>[] = [];
  for (const line of lines) {
    sent.push(client.sendChat("lounge", line));
    await pause(200);
  }
  await server.up();
  await Promise.all(sent);
  await eventually("all have come", () => got.length === lines.length);
  expect(got).toEqual(lines);
});

it("chat lines that wait for the server do not leave all at once when it is back", async () => {
  client = await openClient(server.url, { retryDelay: 60, chatMinDelay: 30 });
  const got = listen(({ message }) => message);
  await client.nats?.flush();
  await down();
  const first = client.sendChat("lounge", "one");
  const stop = new AbortController();
  const second = client.sendChat("lounge", "two", { signal: stop.signal });
  const given = expect(second).rejects.toThrow("enough");
  await server.up();
  await first;
  await client.nats?.flush();
  expect(got).toEqual(["one"]);
  stop.abort(new Error("enough"));
  await given;
});
