import { describe, expect, it } from "vitest";
import { readParts, toMediaPart } from "./messages.js";

describe("media", () => {
  it.each([
    [
      { data: "aGk=", mimeType: "image/png" },
      { type: "blob", content: "aGk=", mime_type: "image/png" },
    ],
    [{ data: "data:image/png;base64,aGk=" }, { type: "blob", content: "aGk=", mime_type: "image/png" }],
    [{ url: "data:image/png;base64,aGk=" }, { type: "blob", content: "aGk=", mime_type: "image/png" }],
    [
      { url: "data:,hi", mimeType: "text/plain" },
      { type: "blob", content: "hi", mime_type: "text/plain" },
    ],
    [{ url: "https://example.org/a" }, { type: "uri", uri: "https://example.org/a" }],
    [
      { fileId: "file_1", url: null },
      { type: "file", file_id: "file_1" },
    ],
    [
      { data: "aGk=", fileId: "file_1" },
      { type: "blob", content: "aGk=" },
    ],
  ])("from %j is %j", (source, part) => {
    expect(toMediaPart("image", source)).toEqual({ ...part, modality: "image" });
  });

  it("from nowhere is no part", () => {
    expect(toMediaPart("image", { mimeType: "image/png", data: null })).toBeUndefined();
  });
});

describe("content", () => {
  const read = (word: string) => (word === "none" ? [] : { type: "text" as const, content: word });

  it.each([
    ["a text", "hi", [{ type: "text", content: "hi" }]],
    ["an empty text", "", []],
    [
      "a list",
      ["a", "none", "b"],
      [
        { type: "text", content: "a" },
        { type: "text", content: "b" },
      ],
    ],
    ["nothing", null, []],
    ["something else", { type: "text" }, []],
  ])("that is %s has the parts of it", (_, content, parts) => {
    expect(readParts(content, read)).toEqual(parts);
  });
});
