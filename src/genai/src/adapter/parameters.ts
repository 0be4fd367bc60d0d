import type { RequestFacts } from "./operation.js";

type Amount = number | null | undefined;

/** Parameters that most HTTP APIs share, under the names that most of them use. */
export interface SharedParameters {
  model?: string | null | undefined;
  stream?: boolean | null | undefined;
  max_tokens?: Amount;
  max_completion_tokens?: Amount;
  temperature?: Amount;
  top_p?: Amount;
  top_k?: Amount;
  frequency_penalty?: Amount;
  presence_penalty?: Amount;
  stop?: string | string[] | null | undefined;
  stop_sequences?: string[] | null | undefined;
  seed?: Amount;
  n?: Amount;
}

/** Reads the shared parameters of a request; its translation adds what only its API has. */
export function readParameters(operation: string, params: SharedParameters): RequestFacts {
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
    stopSequences: params.stop ?? params.stop_sequences,
    seed: params.seed,
    choiceCount: params.n,
    // Room for what a translation adds: an object that grows after its creation costs more.
    outputType: undefined,
    reasoningLevel: undefined,
    previousResponseId: undefined,
    conversationId: undefined,
    attributes: undefined,
    content: undefined,
    ownAttributes: undefined,
  };
}
