import type { OpenTelemetryRequestOptions } from "@anthropic-ai/sdk";
import type { MessageCreateParamsBase } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { formatType } from "@kit/chat-completions";
import { type Call, type Foreign, KIT_ATTR, readParameters, type SharedParameters, textOf } from "@kit/genai";
import { readBlocks, readMessage, readTool } from "./content-blocks.js";
import { foldMessage, type MessageBody, type MessageEvent } from "./message-fold.js";
import { readUsage } from "./usage.js";

/** The parameters of all versions. Those of 1.x lack the sampling ones. */
type MessageParams = Foreign<MessageCreateParamsBase> & SharedParameters;

/** Options of versions that make spans themselves. */
type RequestOptions = { openTelemetry?: OpenTelemetryRequestOptions };

/** `POST /v1/messages`, streamed or not, also beta, and what `parse()`, `stream()` and tool runners send. */
export const messages: Call<[MessageParams, RequestOptions?], MessageBody, MessageEvent> = {
  path: "/v1/messages",
  request(params, options) {
    const facts = readParameters("chat", params);
    facts.reasoningLevel = params.output_config?.effort;
    // Before `output_config` it was a parameter of its own.
    facts.outputType = formatType(params.output_config?.format ?? params.output_format);
    facts.previousResponseId = params.thread?.previous_message_id;
    facts.conversationId = options?.openTelemetry?.conversationId;
    facts.content = () => ({
      systemInstructions: readBlocks(params.system),
      inputMessages: (params.messages ?? []).map(readMessage),
      toolDefinitions: (params.tools ?? []).map(readTool),
    });
    return facts;
  },
  response: ({ id, model, role, content, usage, container, error, stop_reason: reason, stop_details }) => ({
    id,
    model,
    finishReasons: reason === undefined ? undefined : [reason],
    usage: readUsage(usage),
    error: error ? { type: textOf(error.type) ?? "_OTHER", message: textOf(error.message) } : undefined,
    compacted: Array.isArray(content) && content.some(({ type }) => type === "compaction"),
    attributes: {
      [KIT_ATTR.responseServiceTier]: textOf(usage?.service_tier),
      [KIT_ATTR.containerId]: textOf(container?.id),
    },
    content: () => {
      const why = textOf(stop_details?.explanation);
      const parts = readBlocks(content).concat(why ? { type: "refusal", content: why } : []);
      return { outputMessages: [{ role: role ?? "assistant", parts }] };
    },
  }),
  fold: foldMessage,
};
