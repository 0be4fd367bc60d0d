import { type Call, KIT_ATTR, type RequestFacts, type ResponseFacts, textOf } from "@kit/genai";
import { readBlocks, readMessage, readTool } from "./converse-content.js";
import { foldConverse } from "./converse-fold.js";
import { readUsage } from "./usage.js";
import type { ConverseAnswer, ConverseEvent, ConverseRequest } from "./wire.js";

interface Command<Input> {
  readonly input: Input & { readonly modelId?: string };
}

/** `ConverseCommand`. */
export const converse: Call<[Command<ConverseRequest>], ConverseAnswer> = {
  request: ({ input }) => readConverse(input, input.modelId, false),
  response: readAnswer,
};

/** `ConverseStreamCommand`, whose answer has the stream as a member. */
export const converseStream: Call<[Command<ConverseRequest>], ConverseAnswer, ConverseEvent> = {
  request: ({ input }) => readConverse(input, input.modelId, true),
  response: readAnswer,
  streamIn: (answer) => (answer as { stream?: unknown } | null)?.stream,
  fold: foldConverse,
};

export function readConverse(
  asked: ConverseRequest,
  model: string | undefined,
  stream: boolean,
): RequestFacts {
  const { inferenceConfig, additionalModelRequestFields: more, guardrailConfig } = asked;
  return {
    operation: "chat",
    model,
    stream,
    maxTokens: inferenceConfig?.maxTokens,
    temperature: inferenceConfig?.temperature,
    topP: inferenceConfig?.topP,
    topK: inferenceConfig?.topK ?? more?.top_k ?? more?.inferenceConfig?.topK,
    stopSequences: inferenceConfig?.stopSequences,
    outputType: asked.outputConfig?.textFormat?.type === "json_schema" ? "json" : undefined,
    attributes: guardrail(guardrailConfig?.guardrailIdentifier),
    content: () => ({
      systemInstructions: readBlocks(asked.system),
      inputMessages: (asked.messages ?? []).map(readMessage),
      toolDefinitions: (asked.toolConfig?.tools ?? []).flatMap(readTool),
    }),
  };
}

/** The guardrail that a request names. */
export function guardrail(id: string | undefined) {
  return id === undefined ? undefined : { "aws.bedrock.guardrail.id": id };
}

export function readAnswer({ output, stopReason, usage, serviceTier }: ConverseAnswer): ResponseFacts {
  const message = output?.message;
  const tier = textOf(serviceTier?.type);
  return {
    finishReasons: message === undefined && stopReason === undefined ? undefined : [stopReason],
    usage: readUsage(usage, tier),
    attributes: { [KIT_ATTR.responseServiceTier]: tier },
    content: () => ({
      outputMessages: message === undefined ? [] : [readMessage({ role: "assistant", ...message })],
    }),
  };
}
