import { describe, expect, it } from "vitest";
import { failureOf, HOSTILE } from "../../../test/support/bad-input.js";
import {
  buildCommandSubject,
  buildSubject,
  KrytenClient,
  KrytenConfig,
  KrytenError,
  KrytenValidationError,
  LifecycleEventPublisher,
  MockKrytenClient,
  normalizeToken,
  parseSubject,
  SimpleMetricsServer,
} from "./index.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const config = {
  nats: { servers: ["nats://127.0.0.1:1"] },
  channels: [{ domain: "cytu.be", channel: "lounge" }],
};

/** Names of all methods that an application can call. */
function methodsOf(client: object): string[] {
  const inner = [
    "dispatch",
    "queueMedia",
    "query",
    "requestSubject",
    "domainOf",
    "commandSent",
    "handlerFailed",
    "createHandlerQueue",
  ];
  const lasting = ["constructor", "connect", "disconnect", "run", "stop", "openBus", "closeBus", "warn"];
  const names = new Set<string>();
  for (let level = Object.getPrototypeOf(client); level !== Object.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === "function") names.add(name);
    }
    level = Object.getPrototypeOf(level);
  }
  return [...names].filter((name) => ![...inner, ...lasting].includes(name));
}

describe("what cannot be right", () => {
  it("is refused by every method with an error of the client, wherever it stands", async () => {
    const client = await MockKrytenClient.open(config, { logger: quiet });
    const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
    const usual = [
      ["lounge", "alice", "text", "end"],
      ["lounge", 1, 2, 3],
      ["lounge", { a: 1 }, {}, {}],
    ];
    const strange: string[] = [];
    const calls: Promise<void>[] = [];
    for (const name of methodsOf(client)) {
      for (const args of usual.flatMap((list) => list.map((_, position) => list.slice(0, position)))) {
        for (const value of HOSTILE) {
          const call = failureOf(() => methods[name]!(...args, value)).then((error) => {
            if (error === undefined || error instanceof KrytenError) return;
            strange.push(`${name}(${[...args, value].map(String).join(", ")}): ${error}`);
          });
          calls.push(call);
        }
      }
    }
    await Promise.all(calls);
    expect(strange).toEqual([]);
    await client.disconnect();
  });

  it.each([
    ["sendCommand", [null], "service must be a non-empty string"],
    ["sendCommand", ["robot", "say", "hi", 5], "options must be an object"],
    ["sendChat", ["lounge", "hi", "cytu.be"], "options must be an object"],
    ["sendChat", ["lounge", "hi", { domain: 5 }], "domain must be a non-empty string"],
    ["sendChat", ["lounge", "hi", { timeout: "5" }], "timeout must be a number of seconds above zero"],
    ["sendChat", ["lounge", "hi", { timeout: 0 }], "timeout must be a number of seconds above zero"],
    ["sendChat", ["lounge", "hi", { signal: {} }], "signal must be an AbortSignal"],
    ["moveMedia", ["lounge", 1, "first"], "position must be a uid, prepend or append"],
    ["moveMedia", ["lounge", -1, "append"], "uid must be a whole number from 0"],
    ["setTemp", ["lounge", 1, "no"], "isTemp must be true or false"],
    ["addMedia", ["lounge", "yt", "x", { temp: 1 }], "temp must be true or false"],
    ["newPoll", ["lounge", "t", ["a"], "yes"], "obscured must be true or false"],
    ["importEmotes", ["lounge", {}], "emotes must be a list"],
    ["importEmotes", ["lounge", [{ name: "#a" }]], "emotes[0].image must be a non-empty string"],
    ["addFilter", ["lounge", "n", "s", "g", "r", 1], "filterlinks must be true or false"],
    ["getUser", ["lounge", "ann", { timeout: -1 }], "timeout must be a number of seconds above zero"],
    ["shutdown", [{ reason: 5 }], "reason must be a non-empty string"],
    ["reloadConfig", [5], "path must be a non-empty string"],
    ["natsRequest", ["a.b", {}, "soon"], "timeout must be a number of seconds above zero"],
    ["economyRequest", ["lounge", "balance", "x"], "payload must be an object"],
    ["publish", ["a.b", "x", 5], "options must be an object"],
    ["subscribe", ["a.b", "handler"], "the handler must be a function"],
    ["subscribeRequestReply", ["a.b"], "the handler must be a function"],
    ["onGroupRestart", [null], "the callback must be a function"],
    ["on", ["chatmsg", "lounge", () => {}], "the filter must be an object"],
    ["on", ["chatmsg", { channel: 5 }, () => {}], "channel must be a non-empty string"],
    ["on", ["chatmsg", { malformed: "keep" }, () => {}], "malformed must be skip or raw"],
    ["kvGet", ["bucket", 5], "a key must be a string"],
    ["kvGet", [5, "key"], "a bucket name is made of A-Z a-z 0-9 _ and -"],
    ["kvPut", ["bucket", "key", 1, true], "options must be an object"],
    ["kvKeys", ["bucket", { signal: "stop" }], "signal must be an AbortSignal"],
    ["simulateEvent", [5, {}], "event must be a non-empty string"],
    ["run", [5], "options must be an object"],
    ["connect", [{ signal: 5 }], "signal must be an AbortSignal"],
  ])("is named by %s(%j)", async (method, args, message) => {
    const client = await MockKrytenClient.open(config, { logger: quiet });
    const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
    const error = await failureOf(() => methods[method]!(...args));
    expect(error).toBeInstanceOf(KrytenValidationError);
    expect(error).toHaveProperty("message", message);
    expect(client.getPublishedCommands()).toEqual([]);
    await client.disconnect();
  });

  it.each([
    ["a client", () => new KrytenClient(config, 5 as never), "options must be an object"],
    ["a configuration", () => new KrytenConfig(5 as never), "the configuration must be an object"],
    [
      "a lifecycle without a service",
      () => new LifecycleEventPublisher(undefined as never),
      "serviceName must be a non-empty string",
    ],
    [
      "a lifecycle without a connection",
      () => new LifecycleEventPublisher({ serviceName: "a" } as never),
      "natsClient must be a client or a NATS connection",
    ],
    [
      "a lifecycle that would send heartbeats without a pause",
      () => new LifecycleEventPublisher({ serviceName: "a", natsClient: {} as never, heartbeatInterval: 0 }),
      "heartbeatInterval must be a number of seconds above zero",
    ],
    [
      "a metrics server",
      () => new SimpleMetricsServer({} as never),
      "serviceName must be a non-empty string",
    ],
    ["a token", () => normalizeToken(5 as never), "a subject token must be a string"],
    ["a subject", () => buildSubject("d", null as never, "e"), "the channel must be a string"],
    ["a command subject", () => buildCommandSubject(undefined as never), "the service must be a string"],
    ["a parsed subject", () => parseSubject(undefined as never), "the subject must be a string"],
  ])("is named by %s", (_what, make, message) => {
    expect(make).toThrow(new KrytenValidationError(message));
  });

  it("is none where other languages write null for no options", async () => {
    const client = await MockKrytenClient.open(config, null as never);
    await client.sendChat("lounge", "hi", null as never);
    expect(client.getPublishedCommands()).toHaveLength(1);
    await client.disconnect();
  });
});

describe("a time without end", () => {
  it("is none for a question, a handler and a command", async () => {
    const client = await MockKrytenClient.open({ ...config, handlerTimeout: 1e9 }, { logger: quiet });
    let ended = false;
    client.on("chatmsg", async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended = true;
    });
    await client.simulateEvent("chatmsg", { username: "ann", msg: "hi" });
    expect(ended).toBe(true);
    client.subscribeRequestReply(
      "slow.service",
      () => new Promise((resolve) => setTimeout(resolve, 20, "yes")),
    );
    expect(await client.natsRequest("slow.service", {}, Number.POSITIVE_INFINITY)).toBe("yes");
    await client.disconnect();
  });
});
