import { describe, expect, it } from "vitest";
import { foldMessage, type MessageEvent } from "./message-fold.js";

const START: MessageEvent = {
  type: "message_start",
  message: {
    id: "msg_1",
    model: "claude-x",
    role: "assistant",
    content: [],
    stop_reason: null,
    usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1, service_tier: "standard" },
  },
};

function fold(events: readonly MessageEvent[], content = true) {
  const folded = foldMessage(content);
  for (const event of events) folded.add(event);
  return folded.body();
}

/** The events of one streamed block. */
function block(
  index: number,
  content_block: { type: string; [key: string]: unknown },
  ...deltas: object[]
): MessageEvent[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

describe("a streamed message", () => {
  it("tells with its last delta why it was refused", () => {
    const stop_details = { type: "refusal", explanation: "Not this." };
    const body = fold([START, { type: "message_delta", delta: { stop_reason: "refusal", stop_details } }]);
    expect(body).toMatchObject({ stop_reason: "refusal", stop_details });
  });

  it("is rebuilt as it would have come whole", () => {
    const body = fold([
      START,
      ...block(
        0,
        { type: "thinking", thinking: "", signature: "" },
        { thinking: "Hm" },
        { thinking: "m." },
        { signature: "c2ln" },
      ),
      ...block(
        1,
        { type: "text", text: "" },
        { text: "It " },
        { text: "rains." },
        { citation: { url: "a" } },
      ),
      ...block(
        2,
        { type: "tool_use", id: "toolu_1", name: "weather", input: {} },
        { partial_json: '{"city":' },
        { partial_json: '"Oslo"}' },
      ),
      ...block(
        3,
        { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} },
        { partial_json: '{"query":"x"}' },
      ),
      ...block(4, { type: "web_search_tool_result", tool_use_id: "srv_1", content: [{ url: "b" }] }),
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 42 } },
      { type: "message_stop" },
    ]);
    expect(body).toMatchObject({ id: "msg_1", model: "claude-x", stop_reason: "tool_use" });
    expect(body.content).toMatchObject([
      { type: "thinking", thinking: "Hmm." },
      { type: "text", text: "It rains.", citations: [{ url: "a" }] },
      { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } },
      { type: "server_tool_use", name: "web_search", input: { query: "x" } },
      { type: "web_search_tool_result", tool_use_id: "srv_1", content: [{ url: "b" }] },
    ]);
  });

  it("has the text of blocks that servers other than Anthropic's begin with nothing but a type", () => {
    const body = fold([
      START,
      ...block(0, { type: "thinking" }, { thinking: "Hm" }, { thinking: "m." }),
      ...block(1, { type: "text" }, { text: "It " }, { text: "rains." }),
      ...block(2, { type: "tool_use", id: "t" }, { partial_json: "{}" }),
    ]);
    expect(body.content).toEqual([
      { type: "thinking", thinking: "Hmm." },
      { type: "text", text: "It rains." },
      { type: "tool_use", id: "t", input: {} },
    ]);
  });

  it("begins anew where a gateway begins it anew, as with another server", () => {
    const events = [
      START,
      ...block(0, { type: "text", text: "" }, { text: "It" }),
      ...block(1, { type: "tool_use", id: "t1", name: "w", input: {} }),
      { ...START, message: { ...START.message, id: "msg_2" } },
      ...block(0, { type: "text", text: "" }, { text: "Yes." }),
    ];
    expect(fold(events)).toMatchObject({ id: "msg_2", content: [{ text: "Yes." }] });
    expect(fold(events).content).toHaveLength(1);
  });

  it("has the input of its first event unless a later one knows better, and the last output", () => {
    const body = fold([
      START,
      { type: "message_delta", delta: {}, usage: { output_tokens: 20, input_tokens: null } },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 30, cache_read_input_tokens: 7 },
      },
    ]);
    expect(body.usage).toEqual({
      input_tokens: 10,
      cache_read_input_tokens: 7,
      output_tokens: 30,
      service_tier: "standard",
    });
  });

  it("cut in the middle has the unfinished input as text, and no reason to have stopped", () => {
    const events = [
      START,
      ...block(0, { type: "tool_use", id: "t", name: "w", input: {} }, { partial_json: '{"ci' }),
    ];
    expect(fold(events)).toMatchObject({ stop_reason: null, content: [{ input: '{"ci' }] });
  });

  it("that a fallback model goes on with names that model", () => {
    const body = fold([START, ...block(0, { type: "fallback", to: { model: "claude-y" } })]);
    expect(body.model).toBe("claude-y");
  });

  it("takes a summary, and the sandbox that comes last", () => {
    const body = fold([
      START,
      ...block(0, { type: "compaction", content: null }, { content: "They met." }),
      { type: "message_delta", delta: { stop_reason: "compaction", container: { id: "c1" } } },
    ]);
    expect(body).toMatchObject({ content: [{ content: "They met." }], container: { id: "c1" } });
  });

  it("keeps kinds of blocks, and no word of them, without content", () => {
    const events = [
      START,
      ...block(0, { type: "text", text: "secret" }, { text: "secret" }),
      ...block(1, { type: "compaction", content: "secret" }),
    ];
    const body = fold(events, false);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(body.content).toEqual([{ type: "text" }, { type: "compaction" }]);
  });

  it("of which nothing came is empty", () => {
    expect(fold([{ type: "ping" }])).toEqual({ content: [] });
  });
});
