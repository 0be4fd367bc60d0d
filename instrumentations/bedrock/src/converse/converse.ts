import { type Call, KIT_ATTR, type RequestFacts, type ResponseFacts } from "@kit/genai";
import { readBlocks, readMessage, readTool } from "./converse-content.js";
import { foldConverse } from "./converse-fold.js";
import { readModelId, readPromptVariables } from "./prompt.js";
import { readUsage } from "./usage.js";
import type { ConverseAnswer, ConverseEvent, ConverseRequest, ReasoningFields } from "./wire.js";

type Input = ConverseRequest & { readonly modelId?: string };

/** `ConverseCommand`. */
export const converse: Call<[Input], ConverseAnswer> = {
  request: (input) => readConverse(input, input.modelId, false),
  response: readAnswer,
};

/** `ConverseStreamCommand`, whose answer has the stream as a member. */
export const converseStream: Call<[Input], ConverseAnswer, ConverseEvent> = {
  request: (input) => readConverse(input, input.modelId, true),
  response: readAnswer,
  streamIn: (answer) => (answer as { stream?: unknown } | null)?.stream,
  fold: foldConverse,
};

export function readConverse(
  asked: ConverseRequest,
  modelId: string | undefined,
  stream: boolean,
): RequestFacts {
  const { inferenceConfig, additionalModelRequestFields: more, guardrailConfig } = asked;
  const { model, prompt } = readModelId(modelId);
  return {
    operation: "chat",
    model,
    stream,
    maxTokens: inferenceConfig?.maxTokens ?? inferenceConfig?.max_new_tokens,
    temperature: inferenceConfig?.temperature,
    topP: inferenceConfig?.topP ?? inferenceConfig?.top_p,
    topK: inferenceConfig?.topK ?? inferenceConfig?.top_k ?? more?.top_k ?? more?.inferenceConfig?.topK,
    stopSequences: inferenceConfig?.stopSequences,
    reasoningLevel: readReasoningLevel({ ...asked, ...more }),
    outputType: asked.outputConfig?.textFormat?.type === "json_schema" ? "json" : undefined,
    attributes: { ...guardrail(guardrailConfig?.guardrailIdentifier), ...prompt },
    content: () => ({
      promptVariables: readPromptVariables(asked.promptVariables),
      systemInstructions: readBlocks(asked.system),
      inputMessages: (asked.messages ?? []).map(readMessage),
      toolDefinitions: (asked.toolConfig?.tools ?? []).flatMap(readTool),
    }),
  };
}

/** How hard to think, in the words of each family of models: those of Anthropic, OpenAI, others, Amazon. */
function readReasoningLevel(fields: ReasoningFields): string | undefined {
  const { output_config, reasoning_effort, reasoning_config, reasoningConfig } = fields;
  const levels = [
    output_config?.effort,
    reasoning_effort,
    reasoning_config,
    reasoningConfig?.maxReasoningEffort,
  ];
  return levels.find((level) => typeof level === "string");
}

/** The guardrail that a request names. */
export function guardrail(id: string | undefined) {
  return id === undefined ? undefined : { "aws.bedrock.guardrail.id": id };
}

export function readAnswer(answer: ConverseAnswer): ResponseFacts {
  const { output, stopReason, usage, serviceTier, performanceConfig } = answer;
  const message = output?.message;
  return {
    finishReasons: message === undefined && stopReason === undefined ? undefined : [stopReason],
    usage: readUsage(usage, [serviceTier?.type, performanceConfig?.latency]),
    attributes: { [KIT_ATTR.responseServiceTier]: serviceTier?.type },
    content: () => ({
      outputMessages: message === undefined ? [] : [readMessage({ role: "assistant", ...message })],
    }),
  };
}
