import type { RequestFacts, ResponseFacts, Usage } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";

/** What requests share. */
export interface Parameters {
  model?: string;
  maxTokens?: number;
  temperature?: number;
  p?: number;
  k?: number;
  seed?: number;
  stopSequences?: string[];
  frequencyPenalty?: number;
  presencePenalty?: number;
  responseFormat?: { type?: string } | null;
}

type Count = number | null;

/** `usage` of the second API, `meta` of the first one. */
export interface Billed {
  billedUnits?: { inputTokens?: Count; imageTokens?: Count; outputTokens?: Count } | null;
}

const OUTPUT_TYPES: Readonly<Record<string, string>> = { json_object: "json", text: "text" };

export function readParameters(
  operation: string,
  stream: boolean,
  params: Partial<Parameters>,
): RequestFacts {
  return {
    operation,
    model: params.model,
    stream,
    maxTokens: params.maxTokens,
    temperature: params.temperature,
    topP: params.p,
    topK: params.k,
    seed: params.seed,
    stopSequences: params.stopSequences,
    frequencyPenalty: params.frequencyPenalty,
    presencePenalty: params.presencePenalty,
    outputType: OUTPUT_TYPES[params.responseFormat?.type ?? ""],
  };
}

/**
 * What is billed, as the conventions want. Cohere also counts what it processed, its own instructions included, and how
 * much of that came from its cache, which is no part of what is billed. Tokens of images are billed beside those of text.
 */
export function readUsage(usage: Billed | null | undefined): Usage | undefined {
  const { inputTokens, imageTokens, outputTokens: output } = inCamelCase(inCamelCase(usage).billedUnits);
  const input = imageTokens == null ? inputTokens : (inputTokens ?? 0) + imageTokens;
  return input == null && output == null ? undefined : { input, output, imageInput: imageTokens };
}

/** Generations fail after the answer has begun with status 200. */
export function readFailure(
  reason: string | null | undefined,
  message?: string | null,
): ResponseFacts["error"] {
  return reason && /^(?:ERROR|TIMEOUT)/.test(reason) ? { type: reason, message } : undefined;
}
