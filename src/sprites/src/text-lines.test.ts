import { expect, it } from "vitest";
import { TextLines } from "./text-lines.js";

it("gives the same lines for every cut in two", () => {
  const bytes = Buffer.from("é\n\n€ und\r\n😀 rest");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const text = new TextLines();
    const lines = [...text.push(bytes.subarray(0, cut)), ...text.push(bytes.subarray(cut)), text.end()];
    expect(lines).toEqual(["é", "", "€ und\r", "😀 rest"]);
  }
});

it("takes a line of many megabytes in time that grows with its length alone", () => {
  const pieces = 4096;
  const piece = Buffer.alloc(16 * 1024, "x");
  const text = new TextLines();
  // Looking at all of the line with each piece would read 128 GB here: minutes, where this takes a fraction of a second.
  for (let i = 0; i < pieces; i++) expect(text.push(piece)).toHaveLength(0);
  expect(text.push(Buffer.from("\n"))[0]).toHaveLength(pieces * piece.length);
});
