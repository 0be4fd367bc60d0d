import type Anthropic from "@anthropic-ai/sdk";
import { json, type Provider, type ProviderRequest, type Reply, sse, text } from "../provider.js";
import { sharedScenarios } from "../shared/suite.js";
import { MESSAGE_STREAM, message } from "./bodies.js";
import { anthropicDialect } from "./dialect.js";
import { endpoints } from "./endpoints.js";
import { messages } from "./messages.js";
import type { AnthropicScenario, Sdk } from "./scenario.js";
import { helpers } from "./stream-helpers.js";
import { tools } from "./tools.js";

/** Every way of calling `@anthropic-ai/sdk` that this suite compares, and how the provider answers when a scenario says nothing. */
export const anthropicSuite = {
  scenarios: [
    ...sharedScenarios<Anthropic, Sdk>(anthropicDialect),
    ...messages,
    ...helpers,
    ...tools,
    ...endpoints,
  ] as readonly AnthropicScenario[],
  routes,
  dialect: anthropicDialect,
  client(sdk: Sdk, provider: Provider, options: Record<string, unknown>): Anthropic {
    return new sdk.Anthropic({
      ...anthropicDialect.clientOptions(provider.origin),
      maxRetries: 0,
      ...options,
    });
  },
};

const BATCH = {
  id: "batch_1",
  type: "message_batch",
  processing_status: "ended",
  request_counts: {},
  created_at: "2026-01-01T00:00:00Z",
  results_url: "",
};

function routes({ method, path, body }: ProviderRequest): Reply {
  const route = `${method} ${new URL(path, "http://provider").pathname.replace(/^\/v1/, "")}`;
  const wants = body.startsWith("{") ? (JSON.parse(body) as { stream?: boolean }) : {};
  switch (route) {
    case "POST /messages":
      return wants.stream ? sse(MESSAGE_STREAM) : json(message());
    case "POST /messages/count_tokens":
      return json({ input_tokens: 12 });
    case "POST /complete":
      return json({
        type: "completion",
        id: "compl_1",
        completion: " Hello.",
        stop_reason: "stop_sequence",
        model: "claude-2.1",
      });
    case "POST /messages/batches":
      return json(BATCH);
    case "GET /messages/batches/batch_1":
      return (response, request) =>
        json({
          ...BATCH,
          results_url: `http://${response.req.headers.host}/v1/messages/batches/batch_1/results`,
        })(response, request);
    case "GET /messages/batches/batch_1/results":
      return text(
        `${JSON.stringify({ custom_id: "one", result: { type: "succeeded", message: message() } })}\n`,
        "application/x-jsonl",
      );
    case "GET /messages/batches":
      return json({ data: [BATCH], has_more: false, first_id: "batch_1", last_id: "batch_1" });
    case "GET /models":
      return path.includes("after_id")
        ? json({
            data: [{ id: "claude-b", type: "model" }],
            has_more: false,
            first_id: "claude-b",
            last_id: "claude-b",
          })
        : json({
            data: [{ id: "claude-a", type: "model" }],
            has_more: true,
            first_id: "claude-a",
            last_id: "claude-a",
          });
    default:
      return json(
        { type: "error", error: { type: "not_found_error", message: `No such route: ${route}` } },
        404,
      );
  }
}
