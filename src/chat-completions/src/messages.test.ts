import { expect, it } from "vitest";
import { chat } from "./chat.js";
import { type ContentPart, readChatMessage } from "./messages.js";

const partsOf = (part: ContentPart) => readChatMessage({ role: "user", content: [part] }).parts;

it.each<[ContentPart, object]>([
  [
    { type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" } },
    { type: "blob", modality: "video", content: "AAAA", mime_type: "video/mp4" },
  ],
  [
    { type: "audio_url", audio_url: { url: "https://example.com/a.mp3" } },
    { type: "uri", modality: "audio", uri: "https://example.com/a.mp3" },
  ],
  [
    { type: "document_url", document_url: "https://example.com/a.pdf" },
    { type: "uri", modality: "document", uri: "https://example.com/a.pdf" },
  ],
])("reads %j, which only providers other than OpenAI take, as media", (part, told) => {
  expect(partsOf(part)).toEqual([told]);
});

it("takes members that a server leaves empty for none, as Snowflake does with all", () => {
  const message = {
    role: "assistant",
    content: "4",
    refusal: "",
    audio: { id: "", data: "", transcript: "" },
    function_call: { name: "", arguments: "" },
    tool_calls: [
      { id: "c1", function: { name: "f", arguments: "{}" }, custom: { name: "", input: "" } },
      { id: "c2", function: { name: "", arguments: "" }, custom: { name: "g", input: "x" } },
    ],
  };
  expect(readChatMessage(message).parts).toEqual([
    { type: "text", content: "4" },
    { type: "tool_call", id: "c1", name: "f", arguments: {} },
    { type: "tool_call", id: "c2", name: "g", arguments: "x" },
  ]);
});

it("knows no id and no model where a server leaves both empty", () => {
  const facts = chat.response?.({ id: "", model: "", choices: [] }, { operation: "chat" });
  expect(facts).toMatchObject({ id: undefined, model: undefined });
});
