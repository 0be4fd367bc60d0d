import { expect, it } from "vitest";
import { DeltaFold } from "./delta-fold.js";

function folded(deltas: object[]): Record<string, unknown> {
  const fold = new DeltaFold();
  for (const delta of deltas) fold.add(delta);
  return fold.value();
}

it("grows strings and keeps names, roles and ids whole", () => {
  expect(
    folded([
      { role: "assistant", id: "1", content: "he" },
      { role: "assistant", id: "", content: "y" },
    ]),
  ).toEqual({
    role: "assistant",
    id: "1",
    content: "hey",
  });
});

it("merges objects and passes over null", () => {
  expect(
    folded([{ audio: { id: "a", data: "A" }, content: null }, { audio: { data: "B", expires_at: 3 } }]),
  ).toEqual({
    audio: { id: "a", data: "AB", expires_at: 3 },
  });
});

it("tells items of a list apart by index, whatever order their pieces come in", () => {
  const item = (index: number, more: object) => ({ calls: [{ index, ...more }] });
  expect(
    folded([item(1, { id: "b", text: "x" }), item(0, { id: "a", text: "p" }), item(1, { text: "y" })]).calls,
  ).toEqual([
    { index: 1, id: "b", text: "xy" },
    { index: 0, id: "a", text: "p" },
  ]);
});

it("starts a new item where a known index comes with another id", () => {
  const item = (id: string) => ({ calls: [{ index: 0, id, text: id }] });
  expect(folded([item("a"), item("b")]).calls).toHaveLength(2);
});

it("keeps items without index or id together, and those with an id apart", () => {
  expect(folded([{ notes: [{ text: "a" }] }, { notes: [{ text: "b" }] }]).notes).toEqual([{ text: "ab" }]);
  expect(folded([{ calls: [{ id: "a" }, { id: "b" }] }]).calls).toEqual([{ id: "a" }, { id: "b" }]);
});
