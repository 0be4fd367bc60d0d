import type OpenAI from "openai";
import { json, type Provider, type ProviderRequest, type Reply, sse, text } from "../provider.js";
import { sharedScenarios } from "../shared/suite.js";
import { CHAT_STREAM, completion, DONE, data, response, responseStream } from "./bodies.js";
import { chat } from "./chat.js";
import { openaiDialect } from "./dialect.js";
import { endpoints } from "./endpoints.js";
import { responses } from "./responses.js";
import type { OpenAIScenario, Sdk } from "./scenario.js";
import { helpers } from "./stream-helpers.js";
import { tools } from "./tools.js";

/** Every way of calling `openai` that this suite compares, and how the provider answers when a scenario says nothing. */
export const openaiSuite = {
  scenarios: [
    ...sharedScenarios<OpenAI, Sdk>(openaiDialect),
    ...chat,
    ...helpers,
    ...tools,
    ...responses,
    ...endpoints,
  ] as readonly OpenAIScenario[],
  routes,
  dialect: openaiDialect,
  client(sdk: Sdk, provider: Provider, options: Record<string, unknown>): OpenAI {
    return new sdk.OpenAI({ ...openaiDialect.clientOptions(provider.origin), maxRetries: 0, ...options });
  },
};

const EMBEDDING = [0.25, -0.5, 1];
const FILE = {
  id: "file-1",
  object: "file",
  bytes: 12,
  created_at: 1,
  filename: "a.txt",
  purpose: "batch",
  status: "processed",
};
const BATCH = {
  id: "batch_1",
  object: "batch",
  endpoint: "/v1/chat/completions",
  status: "in_progress",
  input_file_id: "file-1",
  output_file_id: null,
};

function routes({ method, path, body }: ProviderRequest): Reply {
  const route = `${method} ${new URL(path, "http://provider").pathname.replace(/^\/v1|^\/openai(\/deployments\/[^/]+)?/, "")}`;
  const wants = body.startsWith("{")
    ? (JSON.parse(body) as { stream?: boolean; encoding_format?: string })
    : {};
  switch (route) {
    case "POST /chat/completions":
      return wants.stream ? sse(CHAT_STREAM) : json(completion());
    case "POST /responses":
      return wants.stream ? sse(responseStream()) : json(response());
    case "GET /responses/resp_1":
      return path.includes("stream=true") ? sse(responseStream()) : json(response());
    case "POST /responses/resp_1/cancel":
      return json(response("", { status: "cancelled", output: [] }));
    case "POST /responses/compact":
      return json({
        id: "cmp_1",
        object: "response.compaction",
        created_at: 1,
        output: [],
        usage: response().usage,
      });
    case "POST /embeddings":
      return json(embeddings(wants.encoding_format === "base64"));
    case "POST /completions":
      return wants.stream
        ? sse([...["One", " two"].map(legacyChunk), DONE])
        : json(legacy("One two", "stop"));
    case "POST /vector_stores/vs_1/search":
      return json({
        object: "vector_store.search_results.page",
        data: [{ file_id: "file-1", filename: "rain.md", score: 0.5, attributes: {}, content: [] }],
        has_more: false,
        next_page: null,
      });
    case "POST /moderations":
      return json({
        id: "modr-1",
        model: "omni-moderation-latest",
        results: [{ flagged: false, categories: {}, category_scores: {} }],
      });
    case "POST /images/generations":
      return json({
        created: 1,
        data: [{ b64_json: "aGVsbG8=" }],
        usage: { input_tokens: 3, output_tokens: 7, total_tokens: 10 },
      });
    case "POST /images/edits":
    case "POST /images/variations":
      return json({ created: 1, data: [{ url: "https://images.example/1.png" }] });
    case "POST /audio/speech":
      return text(Buffer.from("RIFF-audio-bytes"), "audio/wav");
    case "POST /audio/transcriptions":
    case "POST /audio/translations":
      return body.includes("\r\n\r\ntext\r\n")
        ? text("Plain words.", "text/plain")
        : json({ text: "Spoken words." });
    case "POST /batches":
    case "GET /batches/batch_1":
      return json(BATCH);
    case "GET /batches":
      return json({ object: "list", data: [BATCH], has_more: false });
    case "POST /files":
      return json(FILE);
    case "GET /files":
      return path.includes("after=")
        ? json({ object: "list", data: [{ ...FILE, id: "file-2" }], has_more: false })
        : json({ object: "list", data: [FILE], has_more: true });
    case "GET /files/file-1/content":
      return text("line one", "application/octet-stream");
    case "GET /models":
      return json({
        object: "list",
        data: [
          { id: "gpt-4o-mini", object: "model" },
          { id: "o3", object: "model" },
        ],
      });
    case "GET /responses/resp_1/input_items":
      return json({
        object: "list",
        data: [{ id: "msg_0", type: "message", role: "user", content: [] }],
        has_more: false,
        first_id: "msg_0",
        last_id: "msg_0",
      });
    default:
      return json(
        { error: { message: `No such route: ${route}`, type: "invalid_request_error", code: "unknown_url" } },
        404,
      );
  }
}

function embeddings(base64: boolean) {
  const vector = base64 ? Buffer.from(new Float32Array(EMBEDDING).buffer).toString("base64") : EMBEDDING;
  return {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: vector }],
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 5, total_tokens: 5 },
  };
}

function legacy(words: string, finish: string | null) {
  return {
    id: "cmpl-1",
    object: "text_completion",
    created: 1,
    model: "gpt-3.5-turbo-instruct",
    choices: [{ text: words, index: 0, logprobs: null, finish_reason: finish }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  };
}

function legacyChunk(words: string): string {
  return data(legacy(words, null));
}
