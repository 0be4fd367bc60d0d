import type {
  BetaMessage,
  BetaToolUnion,
  MessageCreateParamsBase,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { type Call, type Foreign, KIT_ATTR } from "@kit/genai";
import { type ContentBlock, readBlocks, readMessage, readTool, type TextOrBlocks } from "./content-blocks.js";
import { foldMessage, type MessageEvent } from "./message-fold.js";
import { readUsage } from "./usage.js";

/** What any version's parameters have had; those of 1.x lack the sampling ones. */
type MessageParams = Omit<Foreign<MessageCreateParamsBase>, "messages" | "system" | "tools"> & {
  messages?: readonly { role: string; content: TextOrBlocks }[];
  system?: TextOrBlocks;
  tools?: readonly Foreign<BetaToolUnion>[] | null;
  temperature?: number;
  top_p?: number;
  top_k?: number;
};

interface RequestOptions {
  /** Of SDK versions that make spans by themselves. */
  openTelemetry?: { conversationId?: string };
}

/** The body of an unstreamed answer. */
export type MessageBody = Omit<Foreign<BetaMessage>, "content"> & { content?: readonly ContentBlock[] };

/** `POST /v1/messages`, streamed or not, also beta; `parse()`, `stream()` and tool runners send it too. */
export const messages: Call<[MessageParams, RequestOptions?], MessageBody, MessageEvent> = {
  request: (params, options) => ({
    operation: "chat",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_tokens,
    temperature: params.temperature,
    topP: params.top_p,
    topK: params.top_k,
    stopSequences: params.stop_sequences,
    reasoningLevel: params.output_config?.effort,
    outputType: readOutputType(params),
    previousResponseId: params.thread?.previous_message_id,
    conversationId: options?.openTelemetry?.conversationId,
    content: () => ({
      systemInstructions: readBlocks(params.system),
      inputMessages: (params.messages ?? []).map(readMessage),
      toolDefinitions: (params.tools ?? []).map(readTool),
    }),
  }),
  response: ({ id, model, role, content, usage, container, stop_reason: reason }) => ({
    id,
    model,
    finishReasons: [reason],
    usage: readUsage(usage),
    compacted: content?.some(({ type }) => type === "compaction"),
    attributes: {
      [KIT_ATTR.responseServiceTier]: toText(usage?.service_tier),
      [KIT_ATTR.containerId]: toText(container?.id),
    },
    content: () => ({ outputMessages: [{ role: role ?? "assistant", parts: readBlocks(content) }] }),
  }),
  fold: foldMessage,
};

/** Compatible servers have numbers where the provider has names. */
function toText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** `POST /v1/messages/count_tokens`: nothing is generated, so the count is not usage. */
export const countTokens: Call<[MessageParams], { input_tokens?: number }> = {
  request: (params) => ({ operation: "count_tokens", model: params.model }),
  response: (body) => ({ attributes: { [KIT_ATTR.countedInputTokens]: body.input_tokens } }),
};

/** The conventions' word for the format that was asked for. */
function readOutputType({ output_config: config, output_format: older }: MessageParams): string | undefined {
  const type = config?.format?.type ?? older?.type;
  return type?.startsWith("json") ? "json" : (type ?? undefined) && "text";
}
