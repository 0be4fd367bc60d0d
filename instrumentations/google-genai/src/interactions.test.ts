import { expect, it } from "vitest";
import { readInput, readOutput, readStepTools } from "./interaction-steps.js";
import { fetchInteraction, interaction } from "./interactions.js";

const text = (words: string) => ({ type: "text", text: words });
const said = (content: string) => ({ type: "text", content });

it.each([
  ["a text", "Hi", [{ role: "user", parts: [said("Hi")] }]],
  ["nothing", undefined, []],
  ["one content", text("Hi"), [{ role: "user", parts: [said("Hi")] }]],
  [
    "contents in a row",
    [
      "Look:",
      { type: "image", data: "aGk=", mime_type: "image/png" },
      { type: "audio", uri: "https://a/b" },
      null,
    ],
    [
      {
        role: "user",
        parts: [
          said("Look:"),
          { type: "blob", modality: "image", content: "aGk=", mime_type: "image/png" },
          { type: "uri", modality: "audio", uri: "https://a/b" },
        ],
      },
    ],
  ],
  [
    "steps",
    [
      { type: "user_input", content: [text("Where?")] },
      { type: "thought", signature: "s" },
      { type: "function_call", id: "c1", name: "look", arguments: { at: 1 } },
      { type: "function_result", call_id: "c1", name: "look", result: [text("here")] },
    ],
    [
      { role: "user", parts: [said("Where?")] },
      { role: "assistant", parts: [] },
      { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "look", arguments: { at: 1 } }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: [text("here")] }] },
    ],
  ],
])("reads %s as messages", (_, input, messages) => {
  expect(readInput(input as never)).toEqual(messages);
});

it("reads what Google ran as tools of the server's, in one answer without what was asked", () => {
  const steps = [
    { type: "user_input", content: [text("?")] },
    { type: "google_search_call", id: "s1", arguments: { queries: ["q"] }, signature: "x" },
    { type: "google_search_result", call_id: "s1", result: [{ title: "t" }] },
    { type: "model_output", content: [text("Here."), text("")] },
    { type: "novelty", more: 1 },
  ];
  expect(readOutput(steps)).toEqual([
    {
      role: "assistant",
      parts: [
        {
          type: "server_tool_call",
          id: "s1",
          name: "google_search",
          server_tool_call: { type: "google_search", arguments: { queries: ["q"] } },
        },
        {
          type: "server_tool_call_response",
          id: "s1",
          server_tool_call_response: { type: "google_search", result: [{ title: "t" }] },
        },
        said("Here."),
        { type: "x_novelty", more: 1 },
      ],
    },
  ]);
  expect(readOutput(null)).toEqual([]);
});

it("reads functions with their descriptions, and other tools by their types alone", () => {
  const tools = [
    { type: "function", name: "f", description: "d" },
    { type: "mcp_server", name: "m", headers: { a: "secret" } },
  ];
  expect(readStepTools(tools)).toEqual([tools[0], { type: "mcp_server", name: "m" }]);
});

it.each([
  [{ response_format: { type: "text", mime_type: "application/json" } }, "json"],
  [{ response_format: [{ type: "audio" }] }, "speech"],
  [{ response_modalities: ["text", "image"] }, "image"],
  [{ response_mime_type: "application/json" }, "json"],
  [{}, undefined],
])("reads the format that is asked for in %j", (params, outputType) => {
  expect(interaction.request(params).outputType).toBe(outputType);
});

it.each([
  ["completed", ["stop"]],
  ["requires_action", ["tool_calls"]],
  ["incomplete", ["length"]],
  ["budget_exceeded", ["budget_exceeded"]],
  ["failed", [null]],
  ["cancelled", [null]],
  [null, [null]],
  ["queued", undefined],
  [undefined, undefined],
])("reads the status %s as a finish reason", (status, reasons) => {
  const body = status === undefined ? {} : { status };
  expect(interaction.response?.(body, { operation: "generate_content" }).finishReasons).toEqual(reasons);
});

it("counts thoughts and tools beside output and input, by the tier that answered", () => {
  const usage = {
    total_input_tokens: 7,
    total_tool_use_tokens: 3,
    total_output_tokens: 23,
    total_thought_tokens: 49,
    total_cached_tokens: 2,
    output_tokens_by_modality: [{ modality: "image", tokens: 20 }, null as never],
  };
  const read = interaction.response?.({ usage, service_tier: "flex" }, { operation: "generate_content" });
  expect(read?.usage).toMatchObject({ input: 10, output: 72, reasoning: 49, cacheRead: 2, imageOutput: 20 });
  expect(read?.usage?.terms).toContain("flex");
});

const fold = (events: readonly object[], content = true) => {
  const growing = interaction.fold?.(content);
  for (const event of events) growing?.add(event);
  return growing?.body();
};

it("puts streamed steps together", () => {
  const body = fold([
    { event_type: "step.start", index: 0, step: { type: "function_call", id: "c1", name: "look" } },
    { event_type: "step.start", index: 1, step: { type: "model_output", content: [text("A")] } },
    { event_type: "step.delta", index: 0, delta: { type: "arguments_delta", arguments: '{"at"' } },
    { event_type: "step.delta", index: 0, delta: { type: "arguments_delta", arguments: ":1}" } },
    { event_type: "step.delta", index: 1, delta: { type: "text", text: "B" } },
    { event_type: "step.delta", index: 1, delta: { type: "image", data: "aGk=", mime_type: "image/png" } },
    { event_type: "step.delta", index: 1, delta: { type: "text", text: "C" } },
    { event_type: "step.start", index: 2, step: { type: "google_search_call", id: "s1" } },
    {
      event_type: "step.delta",
      index: 2,
      delta: { type: "google_search_call", arguments: { queries: ["q"] } },
    },
    { event_type: "step.delta", index: 3, delta: { type: "text", text: "late" } },
  ]);
  expect(body?.steps).toEqual([
    { type: "function_call", id: "c1", name: "look", arguments: { at: 1 } },
    {
      type: "model_output",
      content: [text("AB"), { type: "image", data: "aGk=", mime_type: "image/png" }, text("C")],
    },
    { type: "google_search_call", id: "s1", arguments: { queries: ["q"] } },
    { type: "model_output", content: [text("late")] },
  ]);
});

it("keeps no text without content", () => {
  const body = fold(
    [
      { event_type: "step.start", index: 0, step: { type: "model_output" } },
      { event_type: "step.delta", index: 0, delta: { type: "text", text: "A" } },
      {
        event_type: "interaction.completed",
        interaction: {
          id: "i",
          status: "completed",
          steps: [{ type: "model_output", content: [text("A")] }],
        },
      },
    ],
    false,
  );
  expect(body).toEqual({ id: "i", status: "completed", usage: undefined, steps: [] });
});

it("takes an error for a failure of an interaction, but not of what fetches one", () => {
  const body = fold([{ event_type: "error", error: { code: "internal", message: "No." } }]) ?? {};
  expect(interaction.response?.(body, { operation: "generate_content" })).toMatchObject({
    error: { type: "internal", message: "No." },
    finishReasons: [null],
  });
  expect(fetchInteraction.response?.(body, { operation: "fetch_response" }).error).toBeUndefined();
});
