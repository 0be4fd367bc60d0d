import { expect, it } from "vitest";
import { readLines } from "./lines.js";

async function lines(...pieces: (string | number[])[]): Promise<string[]> {
  async function* chunks() {
    for (const piece of pieces) yield { stream: "stdout", data: Buffer.from(piece as string) } as const;
  }
  const found: string[] = [];
  for await (const line of readLines(chunks())) found.push(line);
  return found;
}

it.each([
  ["pieces cut anywhere", ["one\ntw", "o\n", "three"], ["one", "two", "three"]],
  ["lines of a terminal", ["a\r", "\nb\r\n"], ["a", "b"]],
  ["blank lines", ["\n\nx\n"], ["", "", "x"]],
  ["a euro sign in three pieces", [[0xe2], [0x82], [0xac, 0x0a]], ["€"]],
  ["a character that never ends", [[0x61, 0xe2, 0x82]], ["a\ufffd"]],
  ["nothing", [], []],
])("reads %s", async (_, pieces, expected) => {
  expect(await lines(...pieces)).toEqual(expected);
});
