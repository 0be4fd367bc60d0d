import { expect, it } from "vitest";
import { readNdjson } from "./ndjson.js";

const TEXT = '{"a":"€ und ä"}\n\n  \nnot json\n[1]\n"text"\r\n{"b":2}\r\n{"last":true}';
const OBJECTS = [{ a: "€ und ä" }, { b: 2 }, { last: true }];

async function read(...pieces: Uint8Array[]): Promise<unknown[]> {
  async function* chunks() {
    yield* pieces;
  }
  const found: unknown[] = [];
  for await (const object of readNdjson(chunks())) found.push(object);
  return found;
}

it("skips what is no object and takes a last line without a newline", async () => {
  expect(await read(Buffer.from(TEXT))).toEqual(OBJECTS);
});

it("gives the same for every cut in two, and byte by byte", async () => {
  const bytes = Buffer.from(TEXT);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(OBJECTS);
  }
  expect(await read(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(OBJECTS);
});
