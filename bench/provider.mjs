// An OpenAI endpoint in memory: answers at once, so that only the SDK and what instruments it are measured.
const encoder = new TextEncoder();
const JSON_TYPE = { "content-type": "application/json" };
const SSE_TYPE = { "content-type": "text/event-stream" };

const COMPLETION = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_790_000_000,
  model: "gpt-4o-2024-08-06",
  service_tier: "default",
  system_fingerprint: "fp_bench",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: "x".repeat(1000), refusal: null },
    },
  ],
  usage: {
    prompt_tokens: 250,
    completion_tokens: 250,
    total_tokens: 500,
    prompt_tokens_details: { cached_tokens: 128, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0 },
  },
});

function event(delta, more = {}) {
  const chunk = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: "gpt-4o-2024-08-06",
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  };
  return encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`);
}

const CHUNK = event({ content: "four" });
const STOP = event({}, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const USAGE = event({}, { choices: [], usage: { prompt_tokens: 250, completion_tokens: 250 } });
const DONE = encoder.encode("data: [DONE]\n\n");

function streamed(count) {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      sent += 1;
      if (sent <= count) return controller.enqueue(CHUNK);
      controller.enqueue(STOP);
      controller.enqueue(USAGE);
      controller.enqueue(DONE);
      return controller.close();
    },
  });
}

/** A `fetch` for the OpenAI client. The `user` of a request says how many chunks to stream. */
export async function fetch(_url, init) {
  const { stream, user } = JSON.parse(init.body);
  if (stream !== true) return new Response(COMPLETION, { headers: JSON_TYPE });
  return new Response(streamed(Number(user)), { headers: SSE_TYPE });
}
