import { describe, expect, it } from "vitest";
import { StdinWriter } from "./stdin-writer.js";

/** A connection that takes what it gets when told to. */
class SlowSink {
  bufferedAmount = 0;
  readonly frames: Buffer[] = [];
  readonly #flushes: ((error?: Error | null) => void)[] = [];

  send(data: Uint8Array, flushed: (error?: Error | null) => void): void {
    this.frames.push(Buffer.from(data));
    this.bufferedAmount += data.length;
    this.#flushes.push(flushed);
  }

  flush(error?: Error): void {
    this.bufferedAmount = 0;
    for (const flushed of this.#flushes.splice(0)) flushed(error);
  }
}

it("sends slices of 32 KiB, each behind a zero", async () => {
  const sink = new SlowSink();
  const writer = new StdinWriter(sink, false);
  await writer.write(Buffer.alloc(70_000, "x"));
  await writer.write("ä");
  expect(sink.frames.map((frame) => [frame[0], frame.length])).toEqual([
    [0, 32_769],
    [0, 32_769],
    [0, 4_465],
    [0, 3],
  ]);
  expect(writer.sent).toBe(70_002);
});

it("sends bytes as they are to a terminal", async () => {
  const sink = new SlowSink();
  await new StdinWriter(sink, true).write("\x04");
  expect(sink.frames).toEqual([Buffer.from([4])]);
});

it("keeps the order of writes nobody waited for, the end last", async () => {
  const sink = new SlowSink();
  const writer = new StdinWriter(sink, false);
  void writer.write(Buffer.alloc(40_000, "a"));
  void writer.write("b");
  await writer.end();
  expect(sink.frames.map((frame) => frame.subarray(-1).toString("latin1"))).toEqual(["a", "a", "b", "\x04"]);
  expect(sink.frames.at(-1)).toHaveLength(1);
});

describe("when a megabyte is on its way", () => {
  it("waits until the connection took it", async () => {
    const sink = new SlowSink();
    const writing = new StdinWriter(sink, false).write(Buffer.alloc(3 * 1024 * 1024));
    await new Promise(setImmediate);
    const sent = sink.frames.length;
    expect(sent * 32 * 1024).toBeLessThanOrEqual(1024 * 1024);
    for (let i = 0; i < 5; i++) {
      sink.flush();
      await new Promise(setImmediate);
    }
    await writing;
    expect(sink.frames.length).toBe(96);
  });

  it("rejects when the connection ends first", async () => {
    const sink = new SlowSink();
    const writing = new StdinWriter(sink, false).write(Buffer.alloc(3 * 1024 * 1024));
    await new Promise(setImmediate);
    sink.flush(new Error("gone"));
    await expect(writing).rejects.toThrow("gone");
  });
});
