import type { RequestFacts, Usage } from "@kit/genai";

/** What requests share. */
export interface Parameters {
  model?: string;
  stream?: boolean;
  /** `json`, or a JSON schema. */
  format?: string | object;
  /** Whether to think, or how much. */
  think?: boolean | string;
  options?: {
    num_predict?: number;
    temperature?: number;
    top_p?: number;
    top_k?: number;
    seed?: number;
    stop?: string[];
    frequency_penalty?: number;
    presence_penalty?: number;
  } | null;
}

/** What answers share. */
export interface Counted {
  model?: string;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
}

export function readParameters(operation: string, params: Parameters): RequestFacts {
  const { model, stream, format, think, options } = params;
  return {
    operation,
    model,
    stream,
    maxTokens: options?.num_predict,
    temperature: options?.temperature,
    topP: options?.top_p,
    topK: options?.top_k,
    seed: options?.seed,
    stopSequences: options?.stop,
    frequencyPenalty: options?.frequency_penalty,
    presencePenalty: options?.presence_penalty,
    outputType: format ? "json" : undefined,
    reasoningLevel: typeof think === "string" ? think : undefined,
  };
}

export function readCounts({ model, done_reason, prompt_eval_count: input, eval_count: output }: Counted) {
  const usage: Usage | undefined =
    input === undefined && output === undefined ? undefined : { input, output };
  return { model, finishReasons: [done_reason], usage };
}
