import { expect, it } from "vitest";
import { collectGarbage } from "../../../test/support/garbage.js";
import { RemainsReader } from "./event/remains.js";
import { Transcripts } from "./event/transcripts.js";
import type { ReadableSpan } from "./span/readable-span.js";

it("keeps the messages of a hundred open sessions, and forgets the one used least recently beyond that", () => {
  const transcripts = new Transcripts();
  const say = (session: string) => transcripts.add(session, [{ role: "user", content: session, ts: 0 }]);
  for (let n = 0; n < 100; n++) say(`session ${n}`);
  transcripts.add("session 0", []);
  say("one too many");
  expect(transcripts.take("session 1")).toBeUndefined();
  for (const kept of ["session 0", "session 2", "one too many"]) {
    expect(transcripts.take(kept)?.map(({ content }) => content)).toEqual([kept]);
  }
});

it("does not keep every attribute name it has seen", () => {
  const reader = new RemainsReader(false);
  const covered = new Set<string>();
  const read = (from: number) => {
    for (let n = from; n < from + 100_000; n++) {
      const attributes = { [`library.call.${n}.duration`]: 1 };
      reader.add({}, { attributes } as unknown as ReadableSpan, covered);
    }
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = read(0);
  expect(read(100_000) - before).toBeLessThan(4_000_000);
});
