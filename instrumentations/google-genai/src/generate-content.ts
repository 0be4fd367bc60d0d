import { type Call, KIT_ATTR, type Message, objectsOf, type RequestFacts, textOf } from "@kit/genai";
import type { Candidate, GenerateContentBody } from "./answer.js";
import {
  type Contents,
  readContent,
  readContents,
  readInstructions,
  readTools,
  type Tool,
} from "./content.js";
import { ResponseFold } from "./response-fold.js";
import { readUsage } from "./usage.js";

interface Config {
  systemInstruction?: Contents;
  tools?: readonly Tool[] | null;
  maxOutputTokens?: number | null;
  temperature?: number | null;
  topP?: number | null;
  topK?: number | null;
  frequencyPenalty?: number | null;
  presencePenalty?: number | null;
  stopSequences?: string[] | null;
  seed?: number | null;
  candidateCount?: number | null;
  responseMimeType?: string | null;
  responseModalities?: readonly string[] | null;
  thinkingConfig?: { thinkingLevel?: string | null } | null;
}

interface GenerateContentParams {
  model?: string | null;
  contents?: Contents;
  config?: Config | null;
}

/** One request of `models.generateContent()`, its streamed form, or of a chat. */
export function generateContent(
  stream: boolean,
): Call<[GenerateContentParams], GenerateContentBody, GenerateContentBody> {
  const call = {
    request: (params: GenerateContentParams) => readRequest(params, stream),
    response: readResponse,
  };
  return stream ? { ...call, fold: (content) => new ResponseFold(content) } : call;
}

function readRequest({ model, contents, config }: GenerateContentParams, stream: boolean): RequestFacts {
  return {
    operation: "generate_content",
    model,
    stream,
    maxTokens: config?.maxOutputTokens,
    temperature: config?.temperature,
    topP: config?.topP,
    topK: config?.topK,
    frequencyPenalty: config?.frequencyPenalty,
    presencePenalty: config?.presencePenalty,
    stopSequences: config?.stopSequences,
    seed: config?.seed,
    choiceCount: config?.candidateCount,
    outputType: outputTypeOf(config?.responseMimeType, config?.responseModalities),
    reasoningLevel: config?.thinkingConfig?.thinkingLevel?.toLowerCase(),
    content: () => ({
      systemInstructions: readInstructions(config?.systemInstruction),
      inputMessages: readContents(contents),
      toolDefinitions: readTools(config?.tools),
    }),
  };
}

const OUTPUT_TYPES: Readonly<Record<string, string>> = {
  "application/json": "json",
  "text/plain": "text",
  "text/x.enum": "text",
  IMAGE: "image",
  AUDIO: "speech",
  TEXT: "text",
};

/** Of several kinds of answers, the one that is more than text. */
export function outputTypeOf(
  mimeType: string | null | undefined,
  modalities: readonly string[] | null | undefined,
): string | undefined {
  const asked = modalities?.map((modality) => OUTPUT_TYPES[modality.toUpperCase()]) ?? [];
  return asked.find((type) => type !== "text") ?? OUTPUT_TYPES[mimeType ?? ""] ?? asked[0];
}

function readResponse(body: GenerateContentBody) {
  const { candidates, promptFeedback, usageMetadata: usage } = body;
  const blocked = promptFeedback?.blockReason;
  const answers = objectsOf(candidates);
  return {
    id: body.responseId,
    model: body.modelVersion,
    finishReasons:
      answers.length === 0 && blocked ? [blocked] : answers.map(({ finishReason }) => finishReason),
    usage: readUsage(usage),
    attributes: { [KIT_ATTR.responseServiceTier]: textOf(usage?.serviceTier) },
    content: () => ({ outputMessages: answers.map(readCandidate) }),
  };
}

function readCandidate({ content, groundingMetadata, citationMetadata }: Candidate): Message {
  const message = readContent({ ...content }, "assistant");
  const citations = [...(groundingMetadata?.groundingChunks ?? []), ...(citationMetadata?.citations ?? [])];
  return citations.length === 0
    ? message
    : { ...message, parts: [...message.parts, { type: "citations", citations }] };
}
