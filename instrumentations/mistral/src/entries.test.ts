import { describe, expect, it } from "vitest";
import { type Entry, readInputs, readOutputs } from "./entries.js";

const text = (content: string) => ({ type: "text", content });

describe("what is asked", () => {
  it.each<[string, Entry, object]>([
    ["a message", { role: "user", content: "Hi" }, { role: "user", parts: [text("Hi")] }],
    [
      "an answer of before",
      { type: "message.output", content: [{ type: "text", text: "Hi" }] },
      { role: "assistant", parts: [text("Hi")] },
    ],
    [
      "a picture",
      { type: "message.input", role: "user", content: [{ type: "image_url", imageUrl: "https://a.test/b" }] },
      { role: "user", parts: [{ type: "uri", modality: "image", uri: "https://a.test/b" }] },
    ],
    [
      "a result",
      { toolCallId: "c1", result: "warm" },
      { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: "warm" }] },
    ],
    [
      "a call of before",
      { toolCallId: "c1", name: "look", arguments: { at: 1 } },
      { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "look", arguments: { at: 1 } }] },
    ],
    [
      "a tool that Mistral ran before",
      { name: "web_search", arguments: '{"query":"a"}' },
      {
        role: "assistant",
        parts: [
          {
            type: "server_tool_call",
            name: "web_search",
            server_tool_call: { type: "web_search", arguments: { query: "a" } },
          },
        ],
      },
    ],
    [
      "an agent that handed over",
      { previousAgentId: "a1", previousAgentName: "a", nextAgentId: "a2", nextAgentName: "b" },
      {
        role: "assistant",
        parts: [
          {
            type: "x_agent_handoff",
            previous_agent_id: "a1",
            previous_agent_name: "a",
            next_agent_id: "a2",
            next_agent_name: "b",
          },
        ],
      },
    ],
  ])("may have %s, whose type need not be told", (_, entry, message) => {
    expect(readInputs([entry])).toEqual([message]);
  });

  it.each([
    ["Hi", [{ role: "user", parts: [text("Hi")] }]],
    ["", [{ role: "user", parts: [] }]],
    [undefined, []],
    [[null], []],
  ])("may be %j", (inputs, messages) => {
    expect(readInputs(inputs as never)).toEqual(messages);
  });
});

it("is answered in one message, with what Mistral ran and what came of it", () => {
  const outputs: Entry[] = [
    {
      type: "tool.execution",
      id: "t1",
      name: "code_interpreter",
      arguments: '{"code":"1"}',
      info: { code_output: "1" },
    },
    { type: "function.call", id: "f1", toolCallId: "c1", name: "look", arguments: '{"at":1}' },
    {
      type: "message.output",
      id: "m1",
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
        { type: "text", text: "One" },
        { type: "tool_reference", tool: "web_search", title: "a", url: "https://a.test" },
        { type: "tool_file", tool: "image_generation", fileId: "p1", fileName: "a.png", fileType: "png" },
        { type: "tool_file", tool: "code_interpreter", fileId: "p2" },
      ],
    },
    { type: "something.new", id: "s1", createdAt: "then", userId: 1 },
  ];
  expect(readOutputs(outputs)).toEqual([
    {
      role: "assistant",
      parts: [
        {
          type: "server_tool_call",
          id: "t1",
          name: "code_interpreter",
          server_tool_call: { type: "code_interpreter", arguments: { code: "1" } },
        },
        {
          type: "server_tool_call_response",
          id: "t1",
          server_tool_call_response: { type: "code_interpreter", code_output: "1" },
        },
        { type: "tool_call", id: "c1", name: "look", arguments: { at: 1 } },
        { type: "reasoning", content: "Hm." },
        text("One"),
        { type: "x_tool_reference", tool: "web_search", title: "a", url: "https://a.test" },
        { type: "file", modality: "image", file_id: "p1" },
        { type: "file", modality: "document", file_id: "p2" },
        { type: "x_something_new", id: "s1", user_id: 1 },
      ],
    },
  ]);
  expect(readOutputs([])).toEqual([]);
});
