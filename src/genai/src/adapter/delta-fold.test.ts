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

it("tells items of a list apart by index and puts them in its order, whatever order their pieces come in", () => {
  const item = (index: number, more: object) => ({ calls: [{ index, ...more }] });
  expect(
    folded([item(1, { id: "b", text: "x" }), item(0, { id: "a", text: "p" }), item(1, { text: "y" })]).calls,
  ).toEqual([
    { index: 0, id: "a", text: "p" },
    { index: 1, id: "b", text: "xy" },
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

it("finds an item without index again by the id that its pieces repeat", () => {
  const pieces = [
    { id: "a", text: "x" },
    { id: "b", text: "p" },
    { id: "a", text: "y" },
  ];
  expect(folded(pieces.map((piece) => ({ calls: [piece] }))).calls).toEqual([
    { id: "a", text: "xy" },
    { id: "b", text: "p" },
  ]);
});

it("keeps parts of different types apart, and takes text before and after them as parts too", () => {
  const thinking = (text: string) => ({
    content: [{ type: "thinking", thinking: [{ type: "text", text }] }],
  });
  expect(
    folded([{ content: "" }, thinking("h"), thinking("m"), { content: "a" }, { content: "b" }]).content,
  ).toEqual([
    { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
    { type: "text", text: "ab" },
  ]);
  expect(folded([{ content: "a" }, thinking("h")]).content).toMatchObject([
    { text: "a" },
    { type: "thinking" },
  ]);
});

it("takes each annotation of an answer as whole", () => {
  const cite = (url: string) => ({ type: "url_citation", url_citation: { url } });
  expect(folded([{ annotations: [cite("a"), cite("b")] }, { annotations: [cite("c")] }]).annotations).toEqual(
    [cite("a"), cite("b"), cite("c")],
  );
});

it("takes each image, file and reference among the parts of an answer as whole", () => {
  const image = (url: string) => ({ type: "image_url", image_url: { url } });
  const file = (file_id: string) => ({ type: "file", file_id });
  const reference = (...reference_ids: (number | string)[]) => ({ type: "reference", reference_ids });
  const parts = [image("a"), image("b"), file("c"), file("d"), reference(1, "x"), reference(2)];
  expect(folded(parts.map((part) => ({ content: [part] }))).content).toEqual(parts);
});

it("keeps the texts and numbers of a list, and passes over null", () => {
  expect(folded([{ a: [1, "b", null] }, { a: ["c"] }])).toEqual({ a: [1, "b", "c"] });
});
