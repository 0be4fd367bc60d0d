import type OpenAI from "openai";

/** The request most scenarios make. A new object each time: some scenarios change theirs. */
export function chatParams() {
  return {
    model: "gpt-4o-mini",
    messages: [
      { role: "system", content: "You are a helpful assistant." },
      { role: "user", content: "Say this is a test" },
    ] satisfies OpenAI.ChatCompletionMessageParam[],
    temperature: 0,
    max_tokens: 100,
  };
}

export function streamParams() {
  return { ...chatParams(), stream: true as const, stream_options: { include_usage: true } };
}

const HEAD = {
  id: "chatcmpl-1",
  created: 1_700_000_000,
  model: "gpt-4o-mini-2024-07-18",
  service_tier: "default",
  system_fingerprint: "fp_1",
};
const USAGE = {
  prompt_tokens: 20,
  completion_tokens: 5,
  total_tokens: 25,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

export function completion(content = "This is a test.", more: object = {}, finish = "stop") {
  return {
    ...HEAD,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null, ...more },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage: USAGE,
  };
}

export function completionWithChoices(count: number) {
  const [choice] = completion().choices;
  return { ...completion(), choices: Array.from({ length: count }, (_, index) => ({ ...choice, index })) };
}

export function toolCall(name: string, args: object, id = "call_1") {
  return { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
}

export function completionWithTools(...calls: object[]) {
  return completion(null as never, { tool_calls: calls }, "tool_calls");
}

/** One frame of a stream. */
export function data(body: unknown): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

export const DONE = "data: [DONE]\n\n";

export function chunk(delta: object, finish: string | null = null, index = 0) {
  return {
    ...HEAD,
    object: "chat.completion.chunk",
    choices: [{ index, delta, logprobs: null, finish_reason: finish }],
    usage: null,
  };
}

export function words(...texts: string[]): string[] {
  return texts.map((content) => data(chunk({ content })));
}

export const LAST = data(chunk({}, "stop"));
export const USED = data({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE });
export const FIRST = data(chunk({ role: "assistant", content: "", refusal: null }));

/** A streamed answer as OpenAI sends it, with the usage chunk at its end. */
export const CHAT_STREAM = [FIRST, ...words("This", " is", " a", " test", "."), LAST, USED, DONE];

/** A streamed call of one tool, its arguments in pieces. */
export function toolStream(name: string, args: string): string[] {
  const at = Math.floor(args.length / 2);
  const piece = (call: object) => data(chunk({ tool_calls: [{ index: 0, ...call }] }));
  return [
    data(chunk({ role: "assistant", content: null })),
    piece({ id: "call_1", type: "function", function: { name, arguments: "" } }),
    piece({ function: { arguments: args.slice(0, at) } }),
    piece({ function: { arguments: args.slice(at) } }),
    data(chunk({}, "tool_calls")),
    USED,
    DONE,
  ];
}

export function failure(code: string, message = `The provider says ${code}.`) {
  return { error: { message, type: "invalid_request_error", param: "model", code } };
}

export function response(text = "This is a test.", more: object = {}) {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: "gpt-4o-mini-2024-07-18",
    output: [
      {
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 25,
    },
    user: null,
    metadata: {},
    ...more,
  };
}

function event(body: { type: string; sequence_number: number }): string {
  return `event: ${body.type}\n${data(body)}`;
}

/** The events of a streamed response that says `text` in two pieces. */
export function responseStream(text = "This is a test."): string[] {
  const started = response(text, { status: "in_progress", output: [], usage: null });
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const item = response(text).output[0];
  const events = [
    { type: "response.created", response: started },
    { type: "response.in_progress", response: started },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, status: "in_progress", content: [] },
    },
    {
      type: "response.content_part.added",
      ...at,
      part: { type: "output_text", text: "", annotations: [], logprobs: [] },
    },
    { type: "response.output_text.delta", ...at, delta: text.slice(0, 5), logprobs: [] },
    { type: "response.output_text.delta", ...at, delta: text.slice(5), logprobs: [] },
    { type: "response.output_text.done", ...at, text, logprobs: [] },
    { type: "response.content_part.done", ...at, part: item?.content[0] },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: response(text) },
  ];
  return events.map((body, sequence_number) => event({ ...body, sequence_number }));
}
