import { describe, expect, it } from "vitest";
import { failureOf as failureOfCall, HOSTILE } from "../../../test/support/bad-input.js";
import { type Sprite, SpritesClient, SpritesError } from "./index.js";

const REQUESTS: string[] = [];
const good = {
  endpoint: "http://127.0.0.1:1",
  token: "secret",
  fetch: async (url: unknown) => {
    REQUESTS.push(String(url));
    return Response.json({ name: "box", id: "v1" });
  },
};
const client = new SpritesClient(good);
const sprite = client.attach("box");

/** A generator fails with its first step. */
const failureOf = (call: () => unknown) =>
  failureOfCall(async () => {
    const result = (await call()) as { next?: () => Promise<unknown> } | undefined;
    if (typeof result?.next === "function") await result.next();
  });

function methodsOf(target: object): [string, (...args: unknown[]) => unknown][] {
  const all = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(target)));
  return all.filter(([name, { value }]) => name !== "constructor" && typeof value === "function") as never;
}

describe("what cannot be right", () => {
  it("is refused with an error of the client, or with a RangeError, wherever it stands", async () => {
    const targets = { client, sprite, fs: sprite.fs, sessions: sprite.sessions, services: sprite.services };
    const strange: string[] = [];
    for (const [what, target] of Object.entries({ ...targets, policy: sprite.networkPolicy })) {
      for (const [name] of methodsOf(target)) {
        for (const before of [[], ["a"], ["a", "b"], ["a", { cmd: "x" }]]) {
          for (const value of HOSTILE) {
            const call = (target as never as Record<string, (...args: unknown[]) => unknown>)[name]!;
            const error = await failureOf(() => call.call(target, ...before, value));
            if (error === undefined || error instanceof SpritesError || error instanceof RangeError) continue;
            strange.push(`${what}.${name}(${[...before, value].map(String).join(", ")}): ${error}`);
          }
        }
      }
    }
    expect(strange).toEqual([]);
  });

  const exec = (options?: unknown) => sprite.exec("echo", options as never);
  it.each<[string, (sprite: Sprite) => unknown, string]>([
    ["exec()", (s) => s.exec(undefined as never), "the command must be a string, or an array of strings"],
    ["exec([5])", (s) => s.exec([5] as never), "the command holds something other than text"],
    ["exec options", () => exec(5), "options must be an object"],
    ["cwd", () => exec({ cwd: 5 }), "cwd must be a non-empty string"],
    ["env", () => exec({ env: ["A=1"] }), "env must be an object of names and values"],
    ["window", () => exec({ initialWindowSize: 80 }), "initialWindowSize must be [columns, rows]"],
    ["maxRunAfterDisconnect", () => exec({ maxRunAfterDisconnect: 10 }), "maxRunAfterDisconnect must be"],
    ["stdin", () => exec().run({ stdin: 5 as never }), "stdin must be a string or bytes"],
    ["signal", () => exec().run({ signal: 5 as never }), "signal must be an AbortSignal"],
    ["start signal", () => exec().start({ signal: {} as never }), "signal must be an AbortSignal"],
    ["sendStdin", () => exec().sendStdin(5 as never), "stdin must be a string or bytes"],
    ["kill signal", () => exec().signal(9 as never), "the signal must be a name such as TERM"],
    ["checkpoint", (s) => s.checkpoint("remark" as never), "options must be an object"],
    ["comment", (s) => s.checkpoint({ comment: 5 as never }), "comment must be a non-empty string"],
    ["onMessage", (s) => s.restore("v1", { onMessage: 5 as never }), "onMessage must be a function"],
    ["history", (s) => s.listCheckpoints({ historyFilter: 5 as never }), "historyFilter must be"],
    ["checkpoint id", (s) => s.getCheckpoint({} as never), "the checkpoint id must be a string"],
    ["path", (s) => s.fs.read(undefined as never), "path must be a non-empty string"],
    ["data", (s) => s.fs.write("/a", { a: 1 } as never), "data must be a string or bytes"],
    ["mode", (s) => s.fs.chmod("/a", "644" as never), "mode must be permission bits such as 0o644"],
    ["chmod options", (s) => s.fs.chmod("/a", 0o644, 5 as never), "options must be an object"],
    ["mkdir mode", (s) => s.fs.mkdir("/a", { mode: "755" as never }), "mode must be permission bits"],
    ["touch path", (s) => s.fs.touch(5 as never), "path must be a non-empty string"],
    ["stat", (s) => s.fs.stat({} as never), "path must be a non-empty string"],
    ["exists", (s) => s.fs.exists(undefined as never), "path must be a non-empty string"],
    ["upgrade", (s) => s.upgrade({ signal: 5 as never }), "signal must be an AbortSignal"],
    ["macaroon", () => SpritesClient.createToken(5 as never, "acme", good), "the macaroon must be"],
    ["organization", () => SpritesClient.createToken("fm2", 5 as never, good), "the organization must be"],
    [
      "description",
      () => SpritesClient.createToken("fm2", "a", { description: 5 as never }),
      "description must",
    ],
    ["token options", () => SpritesClient.createToken("fm2", "a", 5 as never), "options must be an object"],
    ["service", (s) => s.services.put("web", "node app.js" as never), "the service must be an object"],
    ["rules", (s) => s.networkPolicy.set({} as never), "rules must be a list"],
    ["name", () => client.attach(5 as never), "the name of a sprite must be a non-empty string"],
    ["create", () => client.createSprite("a", { environment: 1n as never }), "the request cannot be written"],
    ["fetch", () => new SpritesClient({ ...good, fetch: {} as never }), "fetch must be a function"],
    ["token", () => new SpritesClient({ token: 5 as never }), "the token must be a string"],
    ["provider", () => new SpritesClient({ ...good, tracerProvider: {} as never }), "with getTracer()"],
  ])("is named: %s", async (_what, call, message) => {
    REQUESTS.length = 0;
    const error = await failureOf(() => call(sprite));
    expect(error).toBeInstanceOf(SpritesError);
    expect((error as Error).message).toContain(message);
    expect(REQUESTS).toEqual([]);
  });

  it("rejects, and does not throw, where the method gives a promise", async () => {
    for (const call of [
      () => sprite.fs.write("/a", "b", { mode: -1 }),
      () => sprite.checkpoint(5 as never),
      () => sprite.fs.chmod("/a", 1.5),
      () => sprite.exec("echo").signal(5 as never),
    ]) {
      await expect(call()).rejects.toThrow(SpritesError);
    }
  });

  it("is none where other languages write null for no options", async () => {
    await sprite.listCheckpoints(null as never);
    await client.listSprites(null as never);
    expect(sprite.exec("echo", null as never).args).toEqual(["echo"]);
  });
});
