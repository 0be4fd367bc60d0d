import { expect, it } from "vitest";
import { TextBuilder } from "./text-builder.js";

it("joins pieces in order, over any number of them, and can be read in between", () => {
  const text = new TextBuilder();
  const pieces = Array.from({ length: 200 }, (_, index) => `${index},`);
  for (const piece of pieces.slice(0, 100)) text.add(piece);
  expect(String(text)).toBe(pieces.slice(0, 100).join(""));
  for (const piece of pieces.slice(100)) text.add(piece);
  expect(String(text)).toBe(pieces.join(""));
});

it("takes nothing for nothing", () => {
  const text = new TextBuilder();
  for (const nothing of [null, undefined, ""]) text.add(nothing);
  expect(String(text)).toBe("");
});
