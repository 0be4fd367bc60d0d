import { describe, expect, it } from "vitest";
import { OutputBuffer } from "./output-buffer.js";

const bytes = (text: string) => Buffer.from(text);

it("hands out every byte once, in order, and keeps all of them", () => {
  const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
  buffer.push(bytes("one"), 0);
  buffer.push(bytes("two"), 1);
  expect(buffer.takeAll().toString()).toBe("onetwo");
  expect(buffer.takeAll()).toHaveLength(0);
  buffer.push(bytes("three"), 2);
  expect(buffer.bytes().toString()).toBe("onetwothree");
  expect(buffer.takeAll().toString()).toBe("three");
  expect(buffer.bytes().toString()).toBe("onetwothree");
  buffer.push(bytes("!"), 3);
  expect(buffer.bytes().toString()).toBe("onetwothree!");
  expect(buffer.unread).toBe(1);
});

it("joins once: the same bytes come back until more arrive", () => {
  const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
  buffer.push(bytes("a"), 0);
  expect(buffer.bytes()).toBe(buffer.bytes());
});

it("does not change what was handed out when more arrives", () => {
  const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
  buffer.push(bytes("a"), 0);
  buffer.push(bytes("b"), 1);
  const taken = buffer.take();
  for (let frame = 2; frame < 100; frame++) buffer.push(bytes("x"), frame);
  expect(taken?.toString()).toBe("ab");
  expect(buffer.takeAll().toString()).toBe("x".repeat(98));
});

it("puts small neighbours together, but not across frames of another stream", () => {
  const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
  buffer.push(bytes("a"), 0);
  buffer.push(bytes("b"), 1);
  buffer.push(bytes("c"), 3);
  expect(buffer.nextOrder).toBe(0);
  expect(buffer.take()?.toString()).toBe("ab");
  expect(buffer.nextOrder).toBe(3);
  expect(buffer.take()?.toString()).toBe("c");
  expect(buffer.nextOrder).toBe(Number.POSITIVE_INFINITY);
});

describe("when it does not keep", () => {
  it("holds only what is unread", () => {
    const buffer = new OutputBuffer(0);
    for (let frame = 0; frame < 300; frame += 2) buffer.push(Buffer.alloc(2000, frame), frame);
    expect(buffer.bytes()).toHaveLength(300_000);
    for (let i = 0; i < 100; i++) buffer.take();
    expect(buffer.bytes()).toHaveLength(100_000);
    expect(buffer.takeAll()).toHaveLength(100_000);
    expect(buffer.bytes()).toHaveLength(0);
  });

  it("gives up the oldest beyond a limit, whole pieces only", () => {
    const buffer = new OutputBuffer(0);
    for (let i = 0; i < 10; i++) buffer.push(Buffer.alloc(2000, 48 + i), i * 2);
    buffer.discardBeyond(5000);
    expect(buffer.unread).toBe(6000);
    expect(buffer.takeAll().toString()).toBe("7".repeat(2000) + "8".repeat(2000) + "9".repeat(2000));
  });

  it("drops what was read when it stops to keep it", () => {
    const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
    buffer.push(bytes("old"), 0);
    buffer.take();
    buffer.push(bytes("new"), 1);
    buffer.keepOnly(0);
    buffer.take();
    expect(buffer.bytes()).toHaveLength(0);
  });
});

it("keeps the last of what was read, whole pieces, and all that was not", () => {
  const buffer = new OutputBuffer(5000);
  for (let i = 0; i < 200; i++) {
    buffer.push(Buffer.alloc(2000, 48 + (i % 10)), i * 2);
    buffer.take();
  }
  buffer.push(Buffer.alloc(2000, "x"), 400);
  expect(buffer.bytes().toString()).toBe("8".repeat(2000) + "9".repeat(2000) + "x".repeat(2000));
  expect(buffer.takeAll()).toHaveLength(2000);
  expect(buffer.bytes().toString()).toBe("9".repeat(2000) + "x".repeat(2000));
  buffer.push(Buffer.alloc(2000, "y"), 402);
  buffer.take();
  expect(buffer.bytes().toString()).toBe("x".repeat(2000) + "y".repeat(2000));
});

it("keeps a million one-byte frames in little more than a megabyte", () => {
  const buffer = new OutputBuffer(Number.POSITIVE_INFINITY);
  const one = bytes("x");
  const before = process.memoryUsage();
  for (let frame = 0; frame < 1_000_000; frame++) buffer.push(one, frame);
  const after = process.memoryUsage();
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(20e6);
  expect(buffer.bytes()).toHaveLength(1_000_000);
});
