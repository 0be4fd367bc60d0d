import type OpenAI from "openai";
import { toFile } from "openai";
import { bytes, json, script } from "../support/provider-server.js";
import type { Canaries } from "./canaries.js";
import type { MarkedCall } from "./suite.js";

type Marked = MarkedCall<OpenAI>;

const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 };

/** The responses API and the smaller APIs of the client. */
export const OTHER_CALLS: readonly Marked[] = [
  {
    name: "a response",
    replies: (mark) =>
      json({
        id: "resp_1",
        object: "response",
        model: "gpt-test",
        status: "completed",
        instructions: mark.text("echoed instructions"),
        metadata: { note: mark.word("echoed metadata") },
        output: [
          {
            type: "reasoning",
            id: "rs_1",
            summary: [{ type: "summary_text", text: mark.text("summary") }],
            encrypted_content: mark.word("encrypted"),
          },
          {
            type: "function_call",
            id: "fc_1",
            call_id: "call_1",
            name: "look",
            arguments: JSON.stringify({ at: mark.word("call arguments") }),
          },
          {
            type: "web_search_call",
            id: "ws_1",
            status: "completed",
            action: { type: "search", query: mark.text("search query") },
          },
          {
            type: "code_interpreter_call",
            id: "ci_1",
            status: "completed",
            code: mark.text("code"),
            outputs: [{ type: "logs", logs: mark.text("logs") }],
          },
          {
            type: "file_search_call",
            id: "fs_1",
            status: "completed",
            queries: [mark.text("file query")],
            results: [{ text: mark.text("file hit"), filename: mark.word("hit name") }],
          },
          {
            type: "mcp_call",
            id: "mcp_1",
            name: "search",
            server_label: "docs",
            arguments: mark.text("mcp arguments"),
            output: mark.text("mcp output"),
          },
          {
            type: "image_generation_call",
            id: "ig_1",
            status: "completed",
            result: mark.word("image result"),
          },
          {
            type: "message",
            id: "msg_1",
            role: "assistant",
            status: "completed",
            content: [{ type: "output_text", text: mark.text("output text"), annotations: [] }],
          },
        ],
        usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10 },
      }),
    call: (client, mark) => client.responses.create(responseParams(mark)),
  },
  {
    name: "a streamed response that fails",
    replies: (mark) =>
      script([
        {
          type: "response.created",
          response: { id: "resp_1", model: "gpt-test", status: "in_progress", output: [] },
        },
        {
          type: "response.output_text.delta",
          item_id: "msg_1",
          output_index: 0,
          content_index: 0,
          delta: mark.text("output delta"),
        },
        {
          type: "response.failed",
          response: {
            id: "resp_1",
            model: "gpt-test",
            status: "failed",
            output: [],
            error: { code: "server_error", message: "The model failed." },
          },
        },
      ]),
    call: async (client, mark) =>
      drain(await client.responses.create({ ...responseParams(mark), stream: true })),
  },
  {
    name: "a legacy completion",
    replies: (mark) =>
      json({
        id: "cmpl-1",
        model: "davinci-test",
        choices: [{ index: 0, text: mark.text("completion"), finish_reason: "stop" }],
        usage,
      }),
    call: (client, mark) =>
      client.completions.create({
        model: "davinci-test",
        prompt: [mark.text("prompt"), mark.text("second prompt")],
        suffix: mark.text("suffix"),
        user: mark.word("user"),
      }),
  },
  {
    name: "embeddings",
    replies: () =>
      json({
        object: "list",
        model: "embed-test",
        data: [{ index: 0, embedding: [0.1] }],
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }),
    call: (client, mark) =>
      client.embeddings.create({
        model: "embed-test",
        input: [mark.text("embedded")],
        user: mark.word("user"),
        encoding_format: "float",
      }),
  },
  {
    name: "an image",
    replies: (mark) =>
      json({
        created: 1,
        data: [
          {
            url: `https://img.example/${mark.word("image url")}`,
            b64_json: mark.word("image b64"),
            revised_prompt: mark.text("revised prompt"),
          },
        ],
      }),
    call: (client, mark) =>
      client.images.generate({
        model: "image-test",
        prompt: mark.text("image prompt"),
        user: mark.word("user"),
      }),
  },
  {
    name: "an image edit",
    replies: (mark) => json({ created: 1, data: [{ b64_json: mark.word("edited image") }] }),
    call: async (client, mark) =>
      client.images.edit({
        model: "image-test",
        prompt: mark.text("edit prompt"),
        image: await file(mark, "edited"),
      }),
  },
  {
    name: "speech",
    replies: (mark) => bytes(Buffer.from(mark.word("sound")), { headers: { "content-type": "audio/mpeg" } }),
    call: async (client, mark) => {
      const sound = await client.audio.speech.create({
        model: "speech-test",
        voice: "alloy",
        input: mark.text("spoken"),
        instructions: mark.text("how"),
      });
      return sound.arrayBuffer();
    },
  },
  {
    name: "a transcription",
    replies: (mark) => json({ text: mark.text("transcribed"), usage: { type: "duration", seconds: 2 } }),
    call: async (client, mark) =>
      client.audio.transcriptions.create({
        model: "whisper-test",
        file: await file(mark, "audio"),
        prompt: mark.text("hint"),
      }),
  },
  {
    name: "a translation",
    replies: (mark) => json({ text: mark.text("translated") }),
    call: async (client, mark) =>
      client.audio.translations.create({
        model: "whisper-test",
        file: await file(mark, "foreign"),
        prompt: mark.text("hint"),
      }),
  },
  {
    name: "a moderation",
    replies: () =>
      json({ id: "modr-1", model: "moderation-test", results: [{ flagged: true, categories: {} }] }),
    call: (client, mark) =>
      client.moderations.create({ model: "moderation-test", input: [mark.text("moderated")] }),
  },
  {
    name: "a batch and its results",
    replies: (mark) => [
      json({
        id: "batch_1",
        object: "batch",
        status: "completed",
        output_file_id: "file-1",
        endpoint: "/v1/chat/completions",
        metadata: { note: mark.word("batch metadata") },
      }),
      bytes(
        Buffer.from(
          `{"custom_id":"1","response":{"body":{"choices":[{"message":{"content":"${mark.word("batch answer")}"}}]}}}\n`,
        ),
        { headers: { "content-type": "application/jsonl" } },
      ),
    ],
    call: async (client, mark) => {
      await client.batches.create({
        input_file_id: "file-0",
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
        metadata: { note: mark.word("sent metadata") },
      });
      return (await client.files.content("file-1")).text();
    },
  },
];

function responseParams(mark: Canaries) {
  return {
    model: "gpt-test",
    instructions: mark.text("instructions"),
    user: mark.word("end user"),
    metadata: { note: mark.word("metadata") },
    prompt_cache_key: mark.word("cache key"),
    tools: [
      {
        type: "function" as const,
        name: "look",
        description: mark.text("description"),
        parameters: { title: mark.word("parameters") },
        strict: true,
      },
      {
        type: "mcp" as const,
        server_label: "docs",
        server_url: `https://mcp.example/${mark.word("mcp URL")}`,
        headers: { authorization: mark.word("mcp key") },
      },
    ],
    input: [
      { role: "developer" as const, content: mark.text("developer") },
      {
        role: "user" as const,
        content: [
          { type: "input_text" as const, text: mark.text("input text") },
          {
            type: "input_image" as const,
            image_url: `https://img.example/${mark.word("input image")}`,
            detail: "auto" as const,
          },
          {
            type: "input_file" as const,
            filename: mark.word("input file name"),
            file_data: `data:text/plain;base64,${mark.word("input file")}`,
          },
        ],
      },
      { type: "function_call_output" as const, call_id: "call_0", output: mark.text("function output") },
    ],
  };
}

function file(mark: Canaries, label: string) {
  return toFile(Buffer.from(mark.word(`${label} bytes`)), `${mark.word(`${label} name`)}.wav`);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
