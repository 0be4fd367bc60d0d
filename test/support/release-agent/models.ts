import {
  event,
  Gate,
  json,
  ProviderServer,
  type ReceivedRequest,
  type Reply,
  script,
} from "../provider-server.js";

/** Milliseconds until the first piece of an answer, and between pieces: enough to see where time went. */
const FIRST_PIECE_MS = 90;
const PIECE_MS = 15;

interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly {
    readonly role: string;
    readonly content?: unknown;
    readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
    readonly tool_call_id?: string;
  }[];
}

/** Plays the models of the release agent: what they say depends on the conversation alone. */
export async function startModels(): Promise<{ openai: string; anthropic: string; close(): Promise<void> }> {
  const server = await ProviderServer.start();
  return {
    openai: server.serve("/openai/v1", chat),
    anthropic: server.serve("/anthropic", message),
    close: () => server.close(),
  };
}

function chat({ body }: ReceivedRequest): Reply {
  const request = body as ChatRequest;
  const asked = JSON.stringify(request.messages.filter(({ role }) => role === "user"));
  const version = /\d+\.\d+\.\d+/.exec(asked)?.[0] ?? "0.0.0";
  if (request.stream !== true) return announcement(request.model, version);
  const turn = request.messages.filter(({ role }) => role === "assistant").length;
  const sent = 412 + 96 * turn;
  const call = nextTool(request);
  return call === undefined
    ? streamedChat(request.model, turn, words(summaryOf(version)), "stop", [sent, 24])
    : streamedChat(request.model, turn, toolCall(call, turn, version), "tool_calls", [sent, 17]);
}

/** Look, build, repair what the build complains of, build again. */
function nextTool({ messages }: ChatRequest): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== "tool") return "list_changes";
  const calls = messages.flatMap(({ tool_calls: made = [] }) => made);
  const name = calls.find(({ id }) => id === last.tool_call_id)?.function.name;
  if (name !== "run_build") return "run_build";
  return /"passed":\s*false/.test(String(last.content)) ? "write_notes" : undefined;
}

function summaryOf(version: string): string {
  return `${version} keeps carts between devices, finds words with umlauts, and loads the front page faster.`;
}

function announcement(model: string, version: string): Reply {
  const content = `Shop ${version} is out: your cart follows you, and München is found at last!`;
  return json({
    id: "chatcmpl-local-chat",
    object: "chat.completion",
    created: 1_795_000_000,
    model: `${model}-2025-04-14`,
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 74, completion_tokens: 23, total_tokens: 97 },
  });
}

function words(text: string): object[] {
  return [{ role: "assistant", content: "" }, ...text.split(/(?= )/).map((content) => ({ content }))];
}

function toolCall(name: string, turn: number, version: string): object[] {
  const call = (fields: object) => ({ tool_calls: [{ index: 0, ...fields }] });
  const args = name === "list_changes" ? "{}" : JSON.stringify({ version });
  return [
    {
      role: "assistant",
      content: null,
      ...call({ id: `call_${turn}`, type: "function", function: { name, arguments: "" } }),
    },
    ...args.split(/(?<=:)/).map((piece) => call({ function: { arguments: piece } })),
  ];
}

function streamedChat(
  model: string,
  turn: number,
  deltas: readonly object[],
  finish: string,
  [input, output]: readonly [number, number],
): Reply {
  const chunk = (fields: object) => ({
    id: `chatcmpl-local-${turn}`,
    object: "chat.completion.chunk",
    created: 1_795_000_000,
    model: `${model}-2025-04-14`,
    choices: [],
    ...fields,
  });
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  return paced([
    ...deltas.map((delta) => chunk({ choices: [{ index: 0, delta, finish_reason: null }] })),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
    chunk({ usage }),
    event("[DONE]"),
  ]);
}

function message({ body }: ReceivedRequest): Reply {
  const { model } = body as ChatRequest;
  const asked = JSON.stringify(body);
  // The tool runner continues a thread: what was said before is only named, by the id of the message.
  const version = /\d+\.\d+\.\d+/.exec(asked)?.[0] ?? "0.0.0";
  if (asked.includes('"tool_result"')) {
    const text = { type: "text", text: "" };
    return streamedMessage(
      model,
      `msg_${version}_b`,
      text,
      textDeltas(notesOf(version)),
      "end_turn",
      [388, 61],
    );
  }
  const call = { type: "tool_use", id: "toolu_local", name: "show_change", input: {} };
  const pieces = ['{"id":', '"4f1c2aa"}'].map((partial_json) => ({ type: "input_json_delta", partial_json }));
  return streamedMessage(model, `msg_${version}_a`, call, pieces, "tool_use", [301, 38]);
}

function notesOf(version: string): string {
  return `# ${version}\n- the cart is kept between devices\n- words with umlauts are found\n- images are smaller\n`;
}

function textDeltas(text: string): object[] {
  return text.split(/(?<=\n)/).map((line) => ({ type: "text_delta", text: line }));
}

function streamedMessage(
  model: string,
  id: string,
  block: object,
  deltas: readonly object[],
  stop_reason: string,
  [input_tokens, output_tokens]: readonly [number, number],
): Reply {
  const usage = {
    input_tokens,
    output_tokens: 1,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  const started = { id, type: "message", role: "assistant", model, content: [], usage };
  return paced([
    { type: "message_start", message: { ...started, stop_reason: null, stop_sequence: null } },
    { type: "content_block_start", index: 0, content_block: block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } },
    { type: "message_stop" },
  ]);
}

/** The pieces of a stream, with the time between them that models take. */
function paced(pieces: readonly (object | Uint8Array)[]): Reply {
  return script(pieces.flatMap((piece, index) => [opensAfter(FIRST_PIECE_MS + index * PIECE_MS), piece]));
}

function opensAfter(ms: number): Gate {
  const gate = new Gate();
  setTimeout(() => gate.open(), ms).unref();
  return gate;
}
