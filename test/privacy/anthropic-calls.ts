import type Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { message, messageBody } from "../support/provider/anthropic-answers.js";
import { bytes, json, type Reply, script } from "../support/provider-server.js";
import type { Canaries } from "./canaries.js";
import type { MarkedCall, Scripted } from "./suite.js";

type Marked = MarkedCall<Anthropic>;

const delta = (index: number, part: object) => ({ type: "content_block_delta", index, delta: part });
const block = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const start = { type: "message_start", message: messageBody([], null) };

/** A request with content in every field that can hold some. */
function params(mark: Canaries): Anthropic.MessageCreateParamsNonStreaming {
  const ephemeral = { type: "ephemeral" as const };
  return {
    model: "claude-test",
    max_tokens: 100,
    metadata: { user_id: mark.word("end user") },
    system: [{ type: "text", text: mark.text("system"), cache_control: ephemeral }],
    tools: [
      {
        name: "look",
        description: mark.text("tool description"),
        input_schema: { type: "object", title: mark.word("tool schema") },
      },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: mark.text("user text") },
          { type: "image", source: { type: "url", url: `https://img.example/${mark.word("image URL")}` } },
          {
            type: "image",
            source: { type: "base64", media_type: "image/png", data: mark.word("image bytes") },
          },
          {
            type: "document",
            title: mark.word("document title"),
            context: mark.text("document context"),
            source: { type: "text", media_type: "text/plain", data: mark.text("document") },
          },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: mark.text("old thinking"), signature: mark.word("signature") },
          { type: "tool_use", id: "toolu_0", name: "look", input: { at: mark.text("old tool input") } },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "toolu_0",
            content: [{ type: "text", text: mark.text("tool result") }],
          },
        ],
      },
    ],
  };
}

const ask = (mark: Canaries, label: string) => ({
  model: "claude-test",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: mark.text(label) }],
});

const answer = (mark: Canaries) => [
  { type: "thinking", thinking: mark.text("thinking"), signature: mark.word("new signature") },
  { type: "redacted_thinking", data: mark.word("hidden thinking") },
  {
    type: "text",
    text: mark.text("answer"),
    citations: [
      { type: "char_location", cited_text: mark.text("citation"), document_title: mark.word("cited title") },
    ],
  },
  {
    type: "server_tool_use",
    id: "srvtoolu_1",
    name: "web_search",
    input: { query: mark.text("search query") },
  },
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [
      {
        type: "web_search_result",
        title: mark.word("hit title"),
        url: `https://hit.example/${mark.word("hit URL")}`,
        encrypted_content: mark.word("hit content"),
      },
    ],
  },
  { type: "tool_use", id: "toolu_1", name: "look", input: { at: mark.text("tool input") } },
];

/** A turn that asks for a tool, and one that answers. */
const turns = (mark: Canaries) => [
  message(
    [{ type: "tool_use", id: "toolu_1", name: "look", input: { at: mark.text("runner input") } }],
    "tool_use",
  ),
  message([{ type: "text", text: mark.text("final") }]),
];

const MESSAGES: readonly Marked[] = [
  {
    name: "a message",
    replies: (mark) => message(answer(mark)),
    call: (client, mark) => client.messages.create(params(mark)),
  },
  {
    name: "a beta message",
    replies: (mark) => message(answer(mark)),
    call: (client, mark) =>
      client.beta.messages.create(params(mark) as Anthropic.Beta.MessageCreateParamsNonStreaming),
  },
  {
    name: "a streamed message",
    replies: (mark) =>
      script([
        start,
        block(0, { type: "thinking", thinking: "", signature: "" }),
        delta(0, { type: "thinking_delta", thinking: mark.text("streamed thinking") }),
        { type: "content_block_stop", index: 0 },
        block(1, { type: "text", text: "" }),
        delta(1, { type: "text_delta", text: mark.text("streamed text") }),
        { type: "content_block_stop", index: 1 },
        block(2, { type: "tool_use", id: "toolu_1", name: "look", input: {} }),
        delta(2, {
          type: "input_json_delta",
          partial_json: JSON.stringify({ at: mark.text("streamed input") }),
        }),
        { type: "content_block_stop", index: 2 },
        { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
        { type: "message_stop" },
      ]),
    call: async (client, mark) => drain(await client.messages.create({ ...params(mark), stream: true })),
  },
  {
    name: "the stream helper on a stream that breaks off",
    replies: (mark) =>
      script([
        start,
        block(0, { type: "text", text: "" }),
        delta(0, { type: "text_delta", text: mark.text("half an answer") }),
        "drop",
      ]),
    call: (client, mark) => client.messages.stream(params(mark)).finalMessage(),
  },
  {
    name: "a streamed message with an error that repeats the answer",
    replies: (mark) => {
      const said = mark.text("answer in an error");
      return script([
        start,
        block(0, { type: "text", text: "" }),
        delta(0, { type: "text_delta", text: said }),
        { type: "error", error: { type: "api_error", message: `Cannot go on after ${said}` } },
      ]);
    },
    call: async (client, mark) => drain(await client.messages.create({ ...params(mark), stream: true })),
  },
  {
    name: "the tool runner",
    replies: turns,
    call: async (client, mark) =>
      client.beta.messages.toolRunner({
        ...ask(mark, "question"),
        tools: [tool(mark, () => mark.text("tool output"))],
      }),
  },
  {
    name: "the tool runner with a tool that throws",
    replies: turns,
    call: async (client, mark) => {
      const throws = tool(mark, () => {
        throw new Error(mark.text("tool error"));
      });
      return client.beta.messages.toolRunner({ ...ask(mark, "question"), tools: [throws] });
    },
  },
  {
    name: "counting tokens",
    replies: () => json({ input_tokens: 7 }),
    call: (client, mark) => {
      const { max_tokens: _, metadata: __, ...counted } = params(mark);
      return client.messages.countTokens(counted);
    },
  },
  {
    name: "a batch",
    replies: () =>
      json({ id: "msgbatch_1", type: "message_batch", processing_status: "in_progress", request_counts: {} }),
    call: (client, mark) =>
      client.messages.batches.create({ requests: [{ custom_id: "1", params: params(mark) }] }),
  },
];

function tool(mark: Canaries, run: () => string) {
  return betaTool({
    name: "look",
    description: "Looks things up.",
    inputSchema: { type: "object", title: mark.word("runner schema") },
    run,
  });
}

const failure = (status: number, words: string) =>
  json({ type: "error", error: { type: "invalid_request_error", message: words } }, { status });

const echoing = (name: string, reply: (prompt: string) => Reply): Marked => ({
  name,
  replies: () => [],
  call: async (client: Scripted<Anthropic>, mark) => {
    const asked = ask(mark, "echoed prompt");
    client.nextReply(reply(asked.messages[0]?.content ?? ""));
    return client.messages.create(asked);
  },
});

const FAILURES: readonly Marked[] = [
  echoing("an error that quotes the prompt", (prompt) =>
    failure(400, `messages.0.content: "${prompt}" is not allowed`),
  ),
  echoing("an error that repeats the beginning of the prompt", (prompt) =>
    failure(400, `Bad input ${prompt.slice(0, 30)}...`),
  ),
  echoing("an error page of a proxy that echoes the request", (prompt) =>
    bytes(Buffer.from(`Bad gateway while sending ${prompt}`), {
      status: 502,
      headers: { "content-type": "text/plain" },
    }),
  ),
  {
    name: "a refused key",
    replies: () => failure(401, `invalid x-api-key: sk-proj-${"secret".repeat(3)}`),
    call: (client, mark) => client.messages.create(params(mark)),
  },
];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Every API of the client with content in every field, in success and failure, streamed and not. */
export const ANTHROPIC_CALLS: readonly Marked[] = [...MESSAGES, ...FAILURES];
