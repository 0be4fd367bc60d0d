import { describe, expect, it } from "vitest";
import { CLOSED_ENDPOINT, Harness, isAlive, rejection, until } from "./harness.js";

const harness = new Harness();

describe("sandboxes", () => {
  it("are made, told about, and destroyed", async () => {
    const sprite = await harness.client().createSprite("new-one", { labels: ["ci"], urlAuth: "public" });
    expect(JSON.parse(harness.server.received.at(-1)?.body ?? "")).toEqual({
      name: "new-one",
      labels: ["ci"],
      url_settings: { auth: "public" },
    });
    expect(await sprite.info()).toMatchObject({
      name: "new-one",
      status: "running",
      labels: ["ci"],
      urlAuth: "public",
      createdAt: expect.any(Date),
    });
    await sprite.destroy();
    expect(await rejection(sprite.info())).toMatchObject({
      name: "ApiError",
      status: 404,
      errorCode: "sprite_not_found",
    });
  });

  it("are listed in pages, or one after the other over all pages", async () => {
    for (let i = 0; i < 5; i++) harness.server.add(`page-${i}`);
    const client = harness.client();
    const page = await client.listSprites({ prefix: "page-", maxResults: 2 });
    expect(page).toMatchObject({ hasMore: true, sprites: [{ name: "page-0" }, { name: "page-1" }] });
    const names: string[] = [];
    for await (const { name } of client.allSprites({ prefix: "page-", maxResults: 2 })) names.push(name);
    expect(names).toEqual([0, 1, 2, 3, 4].map((i) => `page-${i}`));
    await client.destroySprite("page-0");
    expect((await client.listSprites({ prefix: "page-" })).sprites).toHaveLength(4);
  });
});

it("a sandbox can be opened to all and labelled anew; what is left out stays", async () => {
  const client = harness.client();
  const sprite = await client.createSprite("open-me", { labels: ["ci"] });
  expect(await client.updateSprite("open-me", { urlAuth: "public" })).toMatchObject({
    urlAuth: "public",
    labels: ["ci"],
  });
  expect(await sprite.update({ labels: ["dev", "demo"] })).toMatchObject({ labels: ["dev", "demo"] });
  expect(await sprite.update({ labels: [] })).toMatchObject({ urlAuth: "public", labels: [] });
  expect(JSON.parse(harness.server.received.at(-1)?.body ?? "")).toEqual({ clear_labels: true });
  expect((await rejection(sprite.update({}))).message).toBe("urlAuth, privateAccess or labels must be given");
  expect(await rejection(client.updateSprite("nobody", { labels: [] }))).toMatchObject({ status: 404 });
});

it("a sandbox is made in a variant, and opened to some of its organization", async () => {
  const client = harness.client();
  const sprite = await client.createSprite("for-admins", {
    urlAuth: "sprite",
    privateAccess: "admins",
    runtime: "dev",
    waitForCapacity: true,
  });
  expect(JSON.parse(harness.server.received.at(-1)?.body ?? "")).toEqual({
    name: "for-admins",
    url_settings: { auth: "sprite", private_access: "admins" },
    wait_for_capacity: true,
    runtime: "dev",
  });
  expect(await sprite.info()).toMatchObject({
    privateAccess: "admins",
    primaryRegion: "ams",
    version: "0.0.1-rc46",
  });
  expect(await sprite.update({ privateAccess: "org_users" })).toMatchObject({
    urlAuth: "sprite",
    privateAccess: "org_users",
    labels: [],
  });
});

it("a sandbox is upgraded and restarted, with the patience of its making", async () => {
  const sprite = harness.sprite({ slowMs: 60 }, { timeout: 20 });
  const { renewals } = harness.server.sandbox(sprite.spriteId);
  await sprite.upgrade();
  await sprite.client.upgradeSprite(sprite.spriteId);
  await sprite.restart();
  expect(renewals).toEqual(["upgrade", "upgrade", "restart"]);
  expect(await rejection(sprite.upgrade({ timeout: 20 }))).toMatchObject({ name: "TimeoutError" });
  const reason = new Error("enough");
  expect(await rejection(sprite.restart({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(await rejection(harness.client().upgradeSprite("nobody"))).toMatchObject({
    name: "ApiError",
    status: 404,
    errorCode: "sprite_not_found",
  });
});

it("a page tells how many there are in each state, and can be asked for in bulk", async () => {
  const page = await harness.client().listSprites({ maxResults: 1, bulkLoad: true });
  expect(page).toMatchObject({ running: expect.any(Number), warm: 0, cold: 0 });
  expect(harness.server.received.at(-1)?.url).toBe("/v1/sprites?max_results=1&bulk_load=true");
});

it("a list whose pages do not move on comes to an end", async () => {
  const page = { sprites: [{ name: "a" }], has_more: true, next_continuation_token: "same" };
  const client = harness.client({ fetch: async () => Response.json(page) });
  const names: string[] = [];
  for await (const { name } of client.allSprites()) names.push(name);
  expect(names).toEqual(["a", "a"]);
});

describe("sessions", () => {
  it("are listed while they run", async () => {
    const sprite = harness.sprite();
    const exec = sprite.exec(["sleep", "30"]);
    await exec.start();
    await until(() => exec.sessionId !== undefined);
    expect(await sprite.sessions.list()).toMatchObject([
      { id: exec.sessionId, command: "sleep 30", tty: false },
    ]);
    await exec.signal("KILL");
    await exec.wait();
    expect(await sprite.sessions.list()).toEqual([]);
  });

  it("are joined: output so far, then what comes, then the exit code", async () => {
    const sprite = harness.sprite();
    const first = sprite.exec("echo early; read x; echo got $x; exit 4");
    await first.start();
    await first.readStdout();
    await first.close();
    const second = sprite.sessions.attach(first.sessionId as string);
    await second.start();
    expect(second).toMatchObject({ tty: false, sessionId: first.sessionId, args: [] });
    expect((await second.readStdout()).toString()).toBe("early\n");
    await second.sendStdin("input\n");
    await second.wait();
    expect(second).toMatchObject({ returncode: 4, stdout: Buffer.from("early\ngot input\n") });
  });

  it("that could not be killed are a failure, in the server's words", async () => {
    const lines = ['{"type":"signal","message":"sent"}', '{"type":"error","message":"not permitted"}', ""];
    const client = harness.client({ fetch: async () => new Response(lines.join("\n")) });
    expect(await rejection(client.attach("box").sessions.kill("7"))).toMatchObject({
      name: "ApiError",
      message: "not permitted",
    });
  });

  it("that are gone cannot be joined or killed", async () => {
    const sprite = harness.sprite();
    expect(await rejection(sprite.sessions.attach("999999").start())).toMatchObject({
      name: "ExecutionError",
      status: 404,
    });
    expect(await rejection(sprite.sessions.kill("999999"))).toMatchObject({ name: "ApiError", status: 404 });
  });

  it("are killed, by force when they take too long", async () => {
    const sprite = harness.sprite();
    const exec = sprite.exec("trap '' TERM; echo up; while :; do sleep 0.05; done");
    await exec.start();
    await exec.readStdout();
    expect(await sprite.sessions.kill(exec.sessionId as string, { grace: "100ms" })).toBe(137);
    await until(() => !isAlive(exec.sessionId));
  });
});

it("services are made, watched, stopped, signalled and removed", async () => {
  const { services } = harness.sprite();
  const types: string[] = [];
  for await (const { type } of services.put(
    "web",
    { cmd: "node", args: ["a.js"], httpPort: 80 },
    { duration: "5s" },
  )) {
    types.push(type);
  }
  expect(types).toEqual(["started", "stdout", "complete"]);
  expect(harness.server.received.at(-1)).toMatchObject({
    url: expect.stringMatching(/services\/web\?duration=5s$/),
    body: '{"cmd":"node","args":["a.js"],"http_port":80}',
  });
  expect(await services.list()).toMatchObject([{ name: "web", status: "running", httpPort: 80, pid: 7 }]);
  const conflict = services.put("other", { cmd: "x", httpPort: 81 });
  expect(await rejection(conflict.next())).toMatchObject({ name: "ApiError", status: 409 });
  const codes: (number | undefined)[] = [];
  for await (const { exitCode } of services.stop("web", { grace: "1s" })) codes.push(exitCode);
  expect(codes).toContain(0);
  expect(await services.get("web")).toMatchObject({ status: "stopped" });
  for (const events of [services.start("web"), services.restart("web")]) {
    const told: string[] = [];
    for await (const { type } of events) told.push(type);
    expect(told).toEqual(["started", "exit", "complete"]);
  }
  const lines: string[] = [];
  for await (const { data } of services.logs("web", { lines: 2 })) lines.push(data);
  expect(lines).toEqual(["two", "three"]);
  await services.signal("web", "HUP");
  await services.delete("web");
  expect(await rejection(services.get("web"))).toMatchObject({ status: 404 });
});

it("services in a list by that name, with what became of them, are read too", async () => {
  const state = { status: "failed", restart_count: 3, next_restart_at: "2026-08-05T10:30:00.116054740Z" };
  const sprite = harness.sprite({
    rest: { status: 200, body: { services: [{ name: "web", cmd: "x", state }] } },
  });
  expect(await sprite.services.list()).toMatchObject([
    { name: "web", restartCount: 3, nextRestartAt: new Date("2026-08-05T10:30:00.116Z") },
  ]);
});

it("events of a service that are cut off are not taken for their end", async () => {
  const { services } = harness.sprite({ progressTruncated: "reset" });
  const types: string[] = [];
  const reading = (async () => {
    for await (const { type } of services.put("web", { cmd: "node" })) types.push(type);
  })();
  expect(await rejection(reading)).toMatchObject({ name: "ConnectionError" });
  expect(types).toEqual(["started", "stdout"]);
});

it("the network policy is read and replaced", async () => {
  const { networkPolicy } = harness.sprite();
  expect(await networkPolicy.get()).toEqual([{ include: "defaults" }]);
  const rules = [{ domain: "*.example.com", action: "allow" } as const];
  await networkPolicy.set(rules);
  expect(await networkPolicy.get()).toEqual(rules);
});

describe("every call", () => {
  it("ends at its limit and with its signal", async () => {
    const sprite = harness.sprite({ restNeverAnswers: true }, { timeout: 30 });
    expect(await rejection(sprite.info())).toMatchObject({ name: "TimeoutError" });
    const reason = new Error("enough");
    expect(await rejection(sprite.info({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 10);
    expect(await rejection(sprite.info({ timeout: 10_000, signal: stop.signal }))).toBe(reason);
  });

  it("is a ConnectionError when there is nobody", async () => {
    const sprite = harness.client({ endpoint: CLOSED_ENDPOINT }).attach("box");
    expect(await rejection(sprite.info())).toMatchObject({
      name: "ConnectionError",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("encodes the name it was given", async () => {
    await rejection(harness.client().attach("a/b ü").info());
    expect(harness.server.received.at(-1)?.url).toBe("/v1/sprites/a%2Fb%20%C3%BC");
  });

  it("goes through the fetch it was given", async () => {
    const urls: string[] = [];
    const client = harness.client({
      fetch: (input, init) => {
        urls.push(String(input));
        return fetch(input, init);
      },
    });
    await client.listSprites();
    expect(urls).toEqual([`${harness.server.endpoint}/v1/sprites`]);
  });
});
