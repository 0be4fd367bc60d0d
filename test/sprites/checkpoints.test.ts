import type { Checkpoint, StreamMessage } from "@kit/sprites";
import { describe, expect, it } from "vitest";
import type { Faults } from "../support/sprites/faults.js";
import { Harness, rejection } from "./harness.js";

const harness = new Harness();

describe("creating", () => {
  it.each<[string, Faults]>([
    ["prose", {}],
    ["an object", { createdId: "object" }],
    ["the list", { createdId: "untold", listCurrent: true }],
    ["lines cut byte by byte", { progressBytes: 1 }],
  ])("finds the checkpoint from %s", async (_, faults) => {
    const sprite = harness.sprite(faults);
    await sprite.checkpoint();
    const made = await sprite.checkpoint({ comment: "second" });
    expect(made).toMatchObject({
      id: "v2",
      sourceId: "v1",
      history: ["v1"],
      comment: "second",
      isAuto: false,
    });
    expect(Math.abs(made.createTime.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it("tells what it knows when the server cannot describe what it made", async () => {
    const made = await harness.sprite({ hideCheckpoints: true }).checkpoint();
    expect(made).toEqual({ id: "v1", createTime: expect.any(Date), sourceId: "", history: [] });
    expect(made.createTime.getTime()).not.toBeNaN();
  });

  it("shows every line to onMessage before it is done, whatever onMessage throws", async () => {
    const seen: StreamMessage[] = [];
    await harness.sprite().checkpoint({
      onMessage: (message) => {
        seen.push(message);
        throw new Error("mine");
      },
    });
    expect(seen.map(({ type, message }) => [type, message])).toEqual([
      ["info", "Creating checkpoint..."],
      ["info", "  ID: v1"],
      ["complete", "Checkpoint v1 created successfully"],
    ]);
    expect(seen[0]).toMatchObject({ error: "", data: {}, time: expect.any(Date), raw: { type: "info" } });
  });

  it("gives the same as an iteration, with the checkpoint at its end", async () => {
    const stream = harness.sprite().checkpointStream({ comment: "c" });
    const types: string[] = [];
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) types.push(step.value.type);
    expect(types).toEqual(["info", "info", "complete"]);
    expect(step.value).toMatchObject({ id: "v1", comment: "c" });
  });

  it("can be left in the middle", async () => {
    for await (const _ of harness.sprite().checkpointStream()) break;
  });

  it.each<[string, Faults, object]>([
    ["an error line", { progressError: "disk full" }, { message: "disk full", truncated: false }],
    ["a stream that ends early", { progressTruncated: "clean" }, { truncated: true }],
    ["a stream that is cut", { progressTruncated: "reset" }, { truncated: true }],
    ["no line at all", { progress: [] }, { truncated: true }],
    ["only garbage", { progress: ["garbage", "", "[]", "3"] }, { truncated: true }],
    ["status 500", { rest: { status: 500, body: "broken" } }, { status: 500, message: "broken" }],
    ["status 409", { rest: { status: 409, body: { error: "busy" } } }, { status: 409, errorCode: "busy" }],
    [
      "status 429",
      { rest: { status: 429, body: { message: "slow down", retry_after_seconds: 9 } } },
      { status: 429, retryAfterSeconds: 9 },
    ],
  ])("fails with a CheckpointError for %s", async (_, faults, expected) => {
    expect(await rejection(harness.sprite(faults).checkpoint())).toMatchObject({
      name: "CheckpointError",
      ...expected,
    });
  });

  it("skips garbage between the lines and reads on after the last", async () => {
    const progress = ["garbage", '{"type":"complete","data":"v1 done"}', '{"type":"info","data":"bye"}'];
    const sprite = harness.sprite({ progress, hideCheckpoints: true });
    const seen: string[] = [];
    expect((await sprite.checkpoint({ onMessage: ({ message }) => seen.push(message) })).id).toBe("v1");
    expect(seen).toEqual(["v1 done", "bye"]);
  });

  it.each([
    ["made", '{"type":"complete","data":"v1 done"}', { id: "v1" }],
    ["not made", '{"type":"error","error":"disk full"}', { name: "CheckpointError", message: "disk full" }],
  ])("knows that it was %s also when the stream then never ends", async (_, line, expected) => {
    const client = harness.client({
      fetch: async (url, init) =>
        String(url).endsWith("/checkpoint") ? held(line, init?.signal) : new Response('{"id":"v1"}'),
    });
    const made = client.attach("box").checkpoint({ timeout: 100 });
    expect(await made.catch((error: unknown) => error)).toMatchObject(expected);
  });

  it("fails only when nothing tells the checkpoint", async () => {
    const sprite = harness.sprite({ progress: ['{"type":"complete","data":"done"}'] });
    expect(await rejection(sprite.checkpoint())).toMatchObject({ name: "CheckpointError" });
  });

  it("ends with the caller's signal and with its own limit", async () => {
    const reason = new Error("enough");
    const sprite = harness.sprite({ restNeverAnswers: true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 20);
    expect(await rejection(sprite.checkpoint({ signal: stop.signal }))).toBe(reason);
    expect(await rejection(sprite.checkpoint({ timeout: 20 }))).toMatchObject({ name: "TimeoutError" });
    expect(await rejection(sprite.restore("v1", { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

/** An answer that tells this line, and then nothing until the request is given up. */
function held(line: string, signal: AbortSignal | null | undefined): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from(`${line}\n`));
      signal?.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  return new Response(body);
}

describe("restoring", () => {
  it("puts the files back and ends what runs", async () => {
    const sprite = harness.sprite();
    await sprite.exec("echo one > file").run();
    const { id } = await sprite.checkpoint();
    await sprite.exec("echo two > file; rm -rf x; mkdir x").run();
    const running = sprite.exec("sleep 30");
    await running.start();
    const seen: string[] = [];
    const lost = rejection(running.wait());
    await sprite.restore(id, { onMessage: ({ type }) => seen.push(type) });
    expect(seen).toEqual(["info", "complete"]);
    expect((await sprite.exec("cat file; ls").run()).stdout.toString()).toBe("one\nfile\n");
    expect(await lost).toMatchObject({ name: "ConnectionError" });
  });

  it.each<[string, Faults, object]>([
    ["an unknown id", {}, { status: 404, message: "checkpoint not found: v9" }],
    ["an error line", { progress: ['{"type":"error","error":"no v9"}'] }, { message: "no v9" }],
    ["a stream that ends early", { progress: ['{"type":"info","data":"x"}'] }, { truncated: true }],
  ])("fails with a RestoreError for %s", async (_, faults, expected) => {
    const sprite = harness.sprite(faults);
    if (faults.progress) harness.server.sandbox(sprite.spriteId).save(undefined);
    const id = faults.progress ? "v1" : "v9";
    expect(await rejection(sprite.restore(id))).toMatchObject({ name: "RestoreError", ...expected });
  });

  it("sends no body", async () => {
    const sprite = harness.sprite();
    await sprite.checkpoint();
    for await (const { type } of sprite.restoreStream("v1")) expect(["info", "complete"]).toContain(type);
    expect(harness.server.received.at(-1)).toMatchObject({ method: "POST", body: "" });
    expect(harness.server.received.at(-1)?.url).toMatch(/\/checkpoints\/v1\/restore$/);
  });
});

describe("listing", () => {
  const ids = (list: Checkpoint[]) => list.map(({ id }) => id);

  async function withThree(faults: Faults) {
    const sprite = harness.sprite(faults);
    for (let i = 0; i < 3; i++) await sprite.checkpoint();
    harness.server.sandbox(sprite.spriteId).save(undefined, true);
    return sprite;
  }

  it("is newest first, with the automatic ones on request", async () => {
    const sprite = await withThree({});
    expect(ids(await sprite.listCheckpoints())).toEqual(["v3", "v2", "v1"]);
    expect(ids(await sprite.listCheckpoints({ includeAuto: true }))).toEqual(["auto-1", "v3", "v2", "v1"]);
  });

  it.each([{}, { historyAsText: true }])("keeps those with an ancestor: %j", async (faults) => {
    const sprite = await withThree(faults);
    const found = await sprite.listCheckpoints({ historyFilter: "v1" });
    expect(found).toMatchObject([
      { id: "v3", history: ["v2", "v1"] },
      { id: "v2", history: ["v1"] },
    ]);
    expect(await sprite.listCheckpoints({ historyFilter: "v3" })).toEqual([]);
  });

  it("is empty also where an empty list is null", async () => {
    const sprite = harness.sprite({ rest: { status: 200, body: "null" } });
    expect(await sprite.listCheckpoints()).toEqual([]);
  });

  it("gets one, with its history and a time of nine digits", async () => {
    const sprite = await withThree({});
    const one = await sprite.getCheckpoint("v3");
    expect(one.history).toEqual(["v2", "v1"]);
    expect(one.createTime.getTime()).not.toBeNaN();
  });

  it("fails with a CheckpointError that has the status", async () => {
    const sprite = harness.sprite();
    expect(await rejection(sprite.getCheckpoint("v9"))).toMatchObject({
      name: "CheckpointError",
      status: 404,
    });
    expect(await rejection(sprite.getCheckpoint(""))).toMatchObject({ name: "CheckpointError" });
    const broken = harness.sprite({ rest: { status: 200, body: "[1" } });
    expect(await rejection(broken.listCheckpoints())).toMatchObject({ name: "CheckpointError" });
    for (const body of ["<html>", "null", "{}"]) {
      const odd = harness.sprite({ rest: { status: 200, body } });
      expect(await rejection(odd.getCheckpoint("v1"))).toMatchObject({ name: "CheckpointError" });
    }
    const denied = harness.sprite({ rest: { status: 403, body: {} } });
    expect(await rejection(denied.listCheckpoints())).toMatchObject({ name: "AuthenticationError" });
  });

  it("deletes one, but not the one the sandbox stands on", async () => {
    const sprite = await withThree({});
    await sprite.deleteCheckpoint("v1");
    expect(await rejection(sprite.deleteCheckpoint("v3"))).toMatchObject({
      name: "CheckpointError",
      status: 409,
    });
    expect(ids(await sprite.listCheckpoints())).toEqual(["v3", "v2"]);
  });
});
