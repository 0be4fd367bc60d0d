import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { writeQuietly } from "./write-quietly.js";

/** A stream of which the test decides when a write is done, and how. */
function createStream() {
  const pending: ((error?: Error) => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void pending.push(done) });
  return { stream, finish: (error?: Error) => pending.shift()?.(error) };
}

it("listens once, however many writes are under way, and no longer than these", async () => {
  const { stream, finish } = createStream();
  for (let index = 0; index < 20; index += 1) writeQuietly(stream, "line\n");
  expect(stream.listenerCount("error")).toBe(1);
  for (let index = 0; index < 19; index += 1) {
    finish();
    await setImmediate();
  }
  expect(stream.listenerCount("error")).toBe(1);
  finish();
  await setImmediate();
  await setImmediate();
  expect(stream.listenerCount("error")).toBe(0);
});

it("keeps a reader that is gone from ending the application", async () => {
  const { stream, finish } = createStream();
  writeQuietly(stream, "line\n");
  writeQuietly(stream, "line\n");
  // Without a listener, the error would be thrown here and end the test.
  finish(new Error("write EPIPE"));
  await setImmediate();
  await setImmediate();
  expect(stream.listenerCount("error")).toBe(0);
});
