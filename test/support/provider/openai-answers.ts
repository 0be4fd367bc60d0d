import { event, json, type Reply, type Step, script } from "./reply.js";

const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

/** A chat completion with one choice. */
export function completion(message: object = { content: "Hi!" }, finish_reason = "stop"): Reply {
  return json({
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "gpt-test-1",
    choices: [{ index: 0, finish_reason, message: { role: "assistant", ...message } }],
    usage,
  });
}

/** One chunk of a streamed chat completion. */
export function chunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    model: "gpt-test-1",
    choices: [{ index: 0, delta, finish_reason }],
  };
}

/** A whole streamed chat completion with usage; further steps come before its last chunk. */
export function streamedCompletion(...before: readonly (Step | object)[]): Reply {
  return script([
    chunk({ role: "assistant", content: "Hi" }),
    chunk({ content: "!" }),
    ...before,
    chunk({}, "stop"),
    { ...chunk({}), choices: [], usage },
    event("[DONE]"),
  ]);
}

/** A provider's error body. */
export function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json({ error: { message: `Refused: ${code}`, type: "error", code } }, { status, headers });
}
