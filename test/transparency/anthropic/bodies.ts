/** The request most scenarios make. A new object each time: some scenarios change theirs. */
export function messageParams() {
  return {
    model: "claude-sonnet-4-20250514",
    max_tokens: 100,
    system: "You are a helpful assistant.",
    messages: [{ role: "user" as const, content: "Say this is a test" }],
    temperature: 0,
  };
}

const USAGE = {
  input_tokens: 12,
  cache_creation_input_tokens: 3,
  cache_read_input_tokens: 5,
  output_tokens: 6,
  service_tier: "standard",
};

export function message(text = "This is a test.", more: object = {}) {
  return messageOf([{ type: "text", text, citations: null }], more);
}

export function messageOf(content: readonly object[], more: object = {}) {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-20250514",
    content,
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: USAGE,
    ...more,
  };
}

export function toolUse(name: string, input: object, id = "toolu_1") {
  return { type: "tool_use", id, name, input };
}

export function messageWithTools(...calls: object[]) {
  return messageOf(calls, { stop_reason: "tool_use" });
}

export function failure(type: string, text = `The provider says ${type}.`) {
  return { type: "error", error: { type, message: text }, request_id: "req_1" };
}

/** One frame of a stream. */
export function event(body: { type: string }): string {
  return `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
}

export function odd(body: unknown): string {
  return `event: content_block_delta\ndata: ${JSON.stringify(body)}\n\n`;
}

const START = event({
  type: "message_start",
  message: { ...messageOf([]), stop_reason: null, usage: { ...USAGE, output_tokens: 1 } },
} as never);

function open(index: number, block: object): string {
  return event({ type: "content_block_start", index, content_block: block } as never);
}

function delta(index: number, piece: object): string {
  return event({ type: "content_block_delta", index, delta: piece } as never);
}

function close(index: number): string {
  return event({ type: "content_block_stop", index } as never);
}

function last(stop_reason: string): string[] {
  return [
    event({
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 6 },
    } as never),
    event({ type: "message_stop" }),
  ];
}

export const FIRST = [START, open(0, { type: "text", text: "" })];
export const LAST = [close(0), ...last("end_turn")];
export const PING = event({ type: "ping" });

export function words(...texts: string[]): string[] {
  return texts.map((text) => delta(0, { type: "text_delta", text }));
}

/** A streamed answer as Anthropic sends it. */
export const MESSAGE_STREAM = [...FIRST, PING, ...words("This", " is", " a", " test", "."), ...LAST];

/** A streamed answer that thinks first and signs its thoughts. */
export const THINKING_STREAM = [
  START,
  open(0, { type: "thinking", thinking: "", signature: "" }),
  delta(0, { type: "thinking_delta", thinking: "Let me" }),
  delta(0, { type: "thinking_delta", thinking: " think." }),
  delta(0, { type: "signature_delta", signature: "c2ln" }),
  close(0),
  open(1, { type: "text", text: "" }),
  delta(1, { type: "text_delta", text: "Done." }),
  close(1),
  ...last("end_turn"),
];

/** A streamed call of one tool, its input in pieces. */
export function toolStream(name: string, input: string): string[] {
  const at = Math.floor(input.length / 2);
  return [
    START,
    open(0, toolUse(name, {})),
    delta(0, { type: "input_json_delta", partial_json: input.slice(0, at) }),
    delta(0, { type: "input_json_delta", partial_json: input.slice(at) }),
    close(0),
    ...last("tool_use"),
  ];
}
