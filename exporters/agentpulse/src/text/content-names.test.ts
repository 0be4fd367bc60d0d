import { ATTR, KIT_ATTR } from "@kit/genai/core";
import { describe, expect, it } from "vitest";
import { isContentName } from "./content-names.js";

describe("content is found", () => {
  it.each([
    ATTR.inputMessages,
    ATTR.outputMessages,
    ATTR.systemInstructions,
    ATTR.toolDefinitions,
    ATTR.toolCallArguments,
    ATTR.toolCallResult,
    ATTR.retrievalQueryText,
    ATTR.retrievalDocuments,
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.12.tool_calls.0.arguments",
    "gen_ai.event.content",
    "gen_ai.request.messages",
    "gen_ai.request.available_tools",
    "gen_ai.response.text",
    "gen_ai.response.tool_calls",
    "gen_ai.tool.input",
    "gen_ai.tool.message",
    "llm.prompts",
    "llm.prompts.0.user",
    "llm.completions.0.content",
    "llm.choices.0.completion.text",
    "llm.input_messages.0.message.content",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
    "llm.prompt_template.variables",
    "llm.invocation_parameters",
    "llm.request.functions.0.parameters",
    "input.value",
    "output.value",
    "retrieval.documents.0.document.content",
    "embedding.embeddings.0.embedding.text",
    "reranker.query",
    "traceloop.entity.input",
    "traceloop.prompt.template",
    "ai.prompt",
    "ai.prompt.messages",
    "ai.response.text",
    "ai.response.object",
    "ai.response.toolCalls",
    "ai.toolCall.args",
    "ai.toolCall.result",
    "ai.value",
    "ai.request.headers.authorization",
    "langfuse.observation.input",
    "langfuse.trace.output",
    "mlflow.spanInputs",
    "braintrust.output_json",
    "pydantic_ai.all_messages",
    "all_messages_events",
    "logfire.msg",
    "tool_arguments",
    "http.request.body.content",
    "http.request.header.cookie",
    "process.command_args",
    "process.command_line",
    "input",
    "my.library.completion",
    "vendor.user_prompt",
  ])("in %s", (name) => {
    expect(isContentName(name)).toBe(true);
  });
});

describe("no content is seen", () => {
  const told = Object.values(ATTR).filter(
    (name) =>
      !/messages$|instructions$|definitions$|call\.(arguments|result)$|query\.text$|documents$/.test(name),
  );
  it.each([
    ...told,
    ...Object.values(KIT_ATTR),
    "gen_ai.prompt.name",
    "gen_ai.usage.prompt_tokens",
    "gen_ai.system",
    "llm.request.type",
    "llm.model_name",
    "llm.token_count.prompt_details.cache_read",
    "input.mime_type",
    "traceloop.workflow.name",
    "ai.response.id",
    "ai.response.model",
    "ai.response.finishReason",
    "ai.response.msToFirstChunk",
    "ai.operationId",
    "ai.model.id",
    "langfuse.observation.type",
    "http.request.method",
    "url.full",
    "db.system.name",
    "code.function.name",
    "user.id",
  ])("in %s", (name) => {
    expect(isContentName(name)).toBe(false);
  });
});
