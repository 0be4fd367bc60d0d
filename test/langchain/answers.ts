import { completion, streamedCompletion } from "../support/provider/openai-answers.js";
import { json, type ReceivedRequest, type Reply } from "../support/provider-server.js";

const call = (id: string, city: string) => ({
  id,
  type: "function",
  function: { name: "weather", arguments: JSON.stringify({ city }) },
});

const CALLS = { content: null, tool_calls: [call("call_1", "Oslo"), call("call_2", "Rome")] };

/** Asks for the weather of two cities at once, and answers when it has been told; at once in a stream. */
export function answerWeather({ body }: ReceivedRequest): Reply {
  const { messages, stream } = body as { messages: { role: string }[]; stream?: boolean };
  if (stream === true) return streamedCompletion();
  return messages.some(({ role }) => role === "tool")
    ? json({
        // Graphs take a message of a known id for a new version of that one.
        id: "chatcmpl-2",
        object: "chat.completion",
        model: "gpt-test-1",
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Sunny" } }],
        usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
      })
    : completion(CALLS, "tool_calls");
}
