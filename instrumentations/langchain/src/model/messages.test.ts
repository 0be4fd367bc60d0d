import { expect, it } from "vitest";
import { readContent, readMessages } from "./messages.js";

const text = (content: string) => ({ type: "text", content });

it("reads messages in every format that the library accepts", () => {
  expect(readMessages("Hi")).toEqual([{ role: "user", parts: [text("Hi")] }]);
  expect(readMessages(["system", "Be brief."])).toEqual([{ role: "system", parts: [text("Be brief.")] }]);
  expect(readMessages([["user", "Hi"], { role: "assistant", content: "Hello", name: "Ann" }])).toEqual([
    { role: "user", parts: [text("Hi")] },
    { role: "assistant", parts: [text("Hello")], name: "Ann" },
  ]);
  const message = (type: string, fields: object) => ({ _getType: () => type, ...fields });
  expect(
    readMessages([
      message("human", { content: "Hi" }),
      message("ai", { content: "", tool_calls: [{ id: "1", name: "f", args: { a: 1 } }] }),
      message("tool", { content: "no JSON", tool_call_id: "1" }),
      message("generic", { content: "x", role: "critic" }),
    ]),
  ).toEqual([
    { role: "user", parts: [text("Hi")] },
    { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "f", arguments: { a: 1 } }] },
    { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: "no JSON" }] },
    { role: "critic", parts: [text("x")] },
  ]);
});

it.each([
  [{ tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"a":1}' } }] }, { a: 1 }],
  [{ content: "", invalid_tool_calls: [{ id: "1", name: "f", args: '{"a":' }] }, '{"a":'],
])("reads tool calls in OpenAI's format, and those whose arguments are not valid JSON: %j", (calls, args) => {
  expect(readMessages({ role: "assistant", ...calls })).toEqual([
    { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "f", arguments: args }] },
  ]);
});

it.each([[undefined], [null], [5], [[]], [[null, 5]], [{}]])("reads no messages from %o", (value) => {
  expect(readMessages(value)).toBeUndefined();
});

it.each([
  [{ type: "text", text: "Hi" }, text("Hi")],
  [
    { type: "thinking", thinking: "Hm" },
    { type: "reasoning", content: "Hm" },
  ],
  [
    { type: "reasoning", reasoning: "Hm" },
    { type: "reasoning", content: "Hm" },
  ],
  [
    { type: "image_url", image_url: "https://x.test/a.png" },
    { type: "uri", modality: "image", uri: "https://x.test/a.png" },
  ],
  [
    { type: "image", source_type: "base64", data: "AAAA", mime_type: "image/png" },
    { type: "blob", modality: "image", content: "AAAA", mime_type: "image/png" },
  ],
  [
    { type: "image", data: new Uint8Array(3), mimeType: "image/png" },
    { type: "blob", modality: "image", content: "AAAA", mime_type: "image/png" },
  ],
  [
    { type: "audio", url: "https://x.test/a.mp3", mimeType: "audio/mp3" },
    { type: "uri", modality: "audio", uri: "https://x.test/a.mp3", mime_type: "audio/mp3" },
  ],
  [
    { type: "file", fileId: "file-1" },
    { type: "file", modality: "document", file_id: "file-1" },
  ],
  [
    { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
    { type: "blob", modality: "image", content: "AAAA", mime_type: "image/png" },
  ],
  [
    { type: "document", source: { type: "file", file_id: "file-1" } },
    { type: "file", modality: "document", file_id: "file-1" },
  ],
  [
    { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
    { type: "blob", modality: "audio", content: "AAAA", mime_type: "audio/wav" },
  ],
  [
    { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
    { type: "blob", modality: "document", content: "AAAA", mime_type: "application/pdf" },
  ],
  [
    { type: "server_tool_call", id: "s1", name: "web_search", args: { query: "x" } },
    {
      type: "server_tool_call",
      id: "s1",
      name: "web_search",
      server_tool_call: { type: "server_tool_call", args: { query: "x" } },
    },
  ],
  [
    { type: "server_tool_call_result", toolCallId: "s1", status: "success", output: [] },
    {
      type: "server_tool_call_response",
      id: "s1",
      server_tool_call_response: { type: "server_tool_call_result", status: "success", output: [] },
    },
  ],
  [
    { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
    {
      type: "server_tool_call",
      id: "s1",
      name: "web_search",
      server_tool_call: { type: "server_tool_use", input: {} },
    },
  ],
  [
    { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
    {
      type: "server_tool_call_response",
      id: "s1",
      server_tool_call_response: { type: "web_search_tool_result", content: [] },
    },
  ],
  [{ type: "image" }, { type: "x_image" }],
  [
    { type: "citation", source: "x" },
    { type: "x_citation", source: "x" },
  ],
])("reads the block %o", (block, part) => {
  expect(readContent([block])).toEqual([part]);
});

it("reads tool calls only from the list of calls, and no part from empty content", () => {
  expect(readContent([{ type: "tool_use", id: "1", name: "f", input: {} }, "Hi", ""])).toEqual([text("Hi")]);
  expect(readContent("")).toEqual([]);
  expect(readContent(undefined)).toEqual([]);
});
