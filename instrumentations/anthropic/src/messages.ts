import { type Call, KIT_ATTR } from "@kit/genai";
import {
  type ContentBlock,
  type MessageParam,
  readBlocks,
  readMessage,
  readTools,
  type ToolParam,
} from "./content-blocks.js";
import { foldMessage, type MessageEvent } from "./message-fold.js";
import { type MessageUsage, readUsage } from "./usage.js";

interface OutputFormat {
  type?: string;
}

/** What any version's parameters have had; those of 1.x lack the sampling ones. */
interface MessageParams {
  model?: string;
  messages?: readonly MessageParam[];
  system?: string | readonly ContentBlock[];
  stream?: boolean;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  tools?: readonly ToolParam[];
  /** A conversation that the server holds. */
  thread?: { previous_message_id?: string } | null;
  output_format?: OutputFormat | null;
  output_config?: { effort?: string | null; format?: OutputFormat | null } | null;
}

interface RequestOptions {
  /** Of SDK versions that make spans by themselves. */
  openTelemetry?: { conversationId?: string };
}

/** The body of an unstreamed answer. */
export interface MessageBody {
  id?: string;
  model?: string;
  role?: string;
  content?: readonly ContentBlock[];
  stop_reason?: string | null;
  usage?: MessageUsage | null;
  container?: { id?: string } | null;
}

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
      toolDefinitions: readTools(params.tools),
    }),
  }),
  response: (body) => ({
    id: body.id,
    model: body.model,
    finishReasons: [body.stop_reason],
    usage: readUsage(body.usage),
    compacted: body.content?.some((block) => block.type === "compaction"),
    attributes: {
      ...(body.usage?.service_tier != null && { [KIT_ATTR.responseServiceTier]: body.usage.service_tier }),
      ...(body.container?.id !== undefined && { [KIT_ATTR.containerId]: body.container.id }),
    },
    content: () => ({
      outputMessages: [{ role: body.role ?? "assistant", parts: readBlocks(body.content) }],
    }),
  }),
  fold: foldMessage,
};

/** `POST /v1/messages/count_tokens`: nothing is generated, so the count is not usage. */
export const countTokens: Call<[MessageParams], { input_tokens?: number }> = {
  request: (params) => ({ operation: "count_tokens", model: params.model }),
  response: ({ input_tokens: counted }) => ({
    ...(counted !== undefined && { attributes: { [KIT_ATTR.countedInputTokens]: counted } }),
  }),
};

/** The conventions' word for the format that was asked for. */
function readOutputType({ output_config: config, output_format: older }: MessageParams): string | undefined {
  const type = config?.format?.type ?? older?.type;
  return type?.startsWith("json") ? "json" : type && "text";
}
