import type OpenAI from "openai";
import { chunk, completion } from "../support/provider/openai-answers.js";
import { event, script } from "../support/provider-server.js";
import type { Canaries } from "./canaries.js";
import type { MarkedCall } from "./suite.js";

type Marked = MarkedCall<OpenAI>;

const toolCall = (mark: Canaries, name = "look") => ({
  id: "call_1",
  type: "function" as const,
  function: { name, arguments: JSON.stringify({ at: mark.text("tool arguments") }) },
});

/** A chat request with content in every field that can hold some. */
export function chatParams(mark: Canaries) {
  const image = {
    type: "image_url" as const,
    image_url: { url: `https://img.example/${mark.word("image URL")}` },
  };
  const inline = {
    type: "image_url" as const,
    image_url: { url: `data:image/png;base64,${mark.word("image bytes")}` },
  };
  const audio = {
    type: "input_audio" as const,
    input_audio: { data: mark.word("audio bytes"), format: "wav" as const },
  };
  const file = {
    type: "file" as const,
    file: {
      filename: mark.word("file name"),
      file_data: `data:text/plain;base64,${mark.word("file bytes")}`,
    },
  };
  return {
    model: "gpt-test",
    user: mark.word("end user"),
    metadata: { note: mark.word("metadata") },
    prediction: { type: "content" as const, content: mark.text("prediction") },
    response_format: {
      type: "json_schema" as const,
      json_schema: { name: "answer", schema: { description: mark.text("schema description") } },
    },
    tools: [
      {
        type: "function" as const,
        function: {
          name: "look",
          strict: true,
          description: mark.text("tool description"),
          parameters: { title: mark.word("tool parameters") },
        },
      },
    ],
    messages: [
      { role: "system" as const, content: mark.text("system message"), name: mark.word("system name") },
      {
        role: "user" as const,
        content: [{ type: "text" as const, text: mark.text("user text") }, image, inline, audio, file],
      },
      {
        role: "assistant" as const,
        content: mark.text("assistant text"),
        refusal: mark.text("old refusal"),
        tool_calls: [toolCall(mark)],
      },
      { role: "tool" as const, tool_call_id: "call_1", content: mark.text("tool result") },
      { role: "user" as const, content: mark.text("last user message") },
    ],
  };
}

const asked = (mark: Canaries, label: string) => [{ role: "user" as const, content: mark.text(label) }];

/** Chat completions: plain, streamed, parsed, and with tools that the SDK runs. */
export const CHAT_CALLS: readonly Marked[] = [
  {
    name: "a chat",
    replies: (mark) =>
      completion({
        content: mark.text("answer"),
        reasoning_content: mark.text("reasoning"),
        refusal: mark.text("refusal"),
        audio: { id: "audio_1", data: mark.word("answer audio"), transcript: mark.text("transcript") },
        annotations: [{ type: "url_citation", url_citation: { url: mark.word("citation") } }],
        tool_calls: [toolCall(mark)],
      }),
    call: (client, mark) => client.chat.completions.create(chatParams(mark)),
  },
  {
    name: "a streamed chat",
    replies: (mark) =>
      script([
        chunk({ role: "assistant", content: mark.text("streamed answer") }),
        chunk({ reasoning_content: mark.text("streamed reasoning") }),
        chunk({ refusal: mark.text("streamed refusal") }),
        chunk({ tool_calls: [{ index: 0, ...toolCall(mark) }] }, "tool_calls"),
        event("[DONE]"),
      ]),
    call: async (client, mark) =>
      drain(await client.chat.completions.create({ ...chatParams(mark), stream: true })),
  },
  {
    name: "a streamed chat that breaks off",
    replies: (mark) => script([chunk({ content: mark.text("half an answer") }), "drop"]),
    call: async (client, mark) =>
      drain(await client.chat.completions.create({ ...chatParams(mark), stream: true })),
  },
  {
    name: "a streamed chat with an error that repeats the answer",
    replies: (mark) => {
      const answer = mark.text("answer in an error");
      return script([
        chunk({ content: answer }),
        { error: { message: `Cannot go on after: ${answer}`, code: "server_error" } },
      ]);
    },
    call: async (client, mark) =>
      drain(await client.chat.completions.create({ ...chatParams(mark), stream: true })),
  },
  {
    name: "an answer that is not the JSON asked for",
    replies: (mark) => completion({ content: mark.text("malformed answer") }),
    call: (client, mark) => client.chat.completions.parse(chatParams(mark)),
  },
  {
    name: "an answer that the application's own parser refuses",
    replies: (mark) => completion({ content: JSON.stringify({ city: mark.word("refused value") }) }),
    call: async (client, mark) => {
      const { makeParseableResponseFormat } = await import("openai/lib/parser");
      const { response_format, ...params } = chatParams(mark);
      const refuse = (content: string): never => {
        throw new Error(`Invalid value: expected a city, received ${content}`);
      };
      return client.chat.completions.parse({
        ...params,
        response_format: makeParseableResponseFormat(response_format as never, refuse),
      });
    },
  },
  {
    name: "a tool loop",
    replies: (mark) => [
      completion({ tool_calls: [toolCall(mark)] }, "tool_calls"),
      completion({ content: mark.text("final") }),
    ],
    call: (client, mark) =>
      client.chat.completions
        .runTools({ model: "gpt-test", messages: asked(mark, "question"), tools: [tool(mark)] })
        .finalContent(),
  },
  {
    name: "a tool that throws",
    replies: (mark) => [
      completion({ tool_calls: [toolCall(mark)] }, "tool_calls"),
      completion({ content: mark.text("final") }),
    ],
    call: (client, mark) => {
      const throws = tool(mark, () => {
        throw new Error(mark.text("tool error"));
      });
      return client.chat.completions
        .runTools({ model: "gpt-test", messages: asked(mark, "question"), tools: [throws] })
        .finalContent();
    },
  },
];

function tool(mark: Canaries, run: (input: unknown) => unknown = () => mark.text("tool output")) {
  return {
    type: "function" as const,
    function: {
      name: "look",
      description: "Looks things up.",
      parameters: { title: mark.word("runnable parameters") },
      parse: JSON.parse,
      function: run as (input: unknown) => string,
    },
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
