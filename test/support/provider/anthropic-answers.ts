import { json, type Reply, script } from "./reply.js";

const usage = {
  input_tokens: 9,
  output_tokens: 3,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

/** The body of a message. */
export function messageBody(content: readonly object[], stop_reason: string | null): object {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-test-1",
    content,
    stop_reason,
    stop_sequence: null,
    usage,
  };
}

/** A message of one text, or of the blocks given. */
export function message(
  content: readonly object[] = [{ type: "text", text: "Hi!" }],
  stop_reason = "end_turn",
): Reply {
  return json(messageBody(content, stop_reason));
}

/** A streamed message of one text. */
export function streamedMessage(): Reply {
  return script([
    { type: "message_start", message: messageBody([], null) },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "!" } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 3 },
    },
    { type: "message_stop" },
  ]);
}
