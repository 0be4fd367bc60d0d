import type { RequestFacts } from "@kit/genai";

type Amount = number | null | undefined;

/** What chats and legacy completions may both ask for: OpenAI's members, and those that compatible servers add. */
export interface Parameters {
  model?: string | null | undefined;
  stream?: boolean | null | undefined;
  max_tokens?: Amount;
  max_completion_tokens?: Amount;
  temperature?: Amount;
  top_p?: Amount;
  /** Of vLLM and others, not of OpenAI. */
  top_k?: Amount;
  frequency_penalty?: Amount;
  presence_penalty?: Amount;
  stop?: string | string[] | null | undefined;
  seed?: Amount;
  n?: Amount;
}

/** Facts of a request, to which its translation adds the rest. */
export function readParameters(operation: string, params: Parameters): RequestFacts {
  return {
    operation,
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_completion_tokens ?? params.max_tokens,
    temperature: params.temperature,
    topP: params.top_p,
    topK: params.top_k,
    frequencyPenalty: params.frequency_penalty,
    presencePenalty: params.presence_penalty,
    stopSequences: params.stop,
    seed: params.seed,
    choiceCount: params.n,
  };
}
