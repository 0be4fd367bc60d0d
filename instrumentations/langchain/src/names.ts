/** A foreign object. */
export type Members = Readonly<Record<string, unknown>>;

type Table<Fact extends string> = ReadonlyMap<string, Fact>;

/** Facts by the names that integrations use for them, most of which are their providers' names. */
export function tableOf<Fact extends string>(names: Readonly<Record<Fact, string>>): Table<Fact> {
  const facts = Object.keys(names) as Fact[];
  return new Map(facts.flatMap((fact) => names[fact].split(" ").map((name) => [name, fact] as const)));
}

/** Parameters of a request. */
export const REQUEST = tableOf({
  model: "model model_name modelName modelId",
  maxTokens: "max_tokens max_completion_tokens max_output_tokens maxTokens maxOutputTokens num_predict",
  temperature: "temperature",
  topP: "top_p topP",
  topK: "top_k topK",
  frequencyPenalty: "frequency_penalty frequencyPenalty",
  presencePenalty: "presence_penalty presencePenalty",
  stopSequences: "stop stop_sequences stopSequences",
  seed: "seed",
  choiceCount: "n",
  outputType: "response_format responseFormat format responseMimeType",
  reasoningLevel: "reasoning_effort reasoning",
  tools: "tools",
});

/** What integrations report beside the answer's message. */
export const ANSWER = tableOf({
  id: "id",
  model: "model_name model modelId model_id",
  usage: "tokenUsage usage estimatedTokenUsage",
  tier: "tier service_tier",
  reason: "finish_reason finishReason stop_reason stopReason done_reason",
});

/** Token counts of older integrations, which are reported there too. */
export const TOKENS = tableOf({
  input: "promptTokens prompt_tokens input_tokens",
  output: "completionTokens completion_tokens output_tokens",
});

/** A tool that a model is offered. */
export const TOOL = tableOf({
  name: "name",
  description: "description",
  parameters: "parameters input_schema inputSchema",
});

/** Where an image, a sound or a document is. */
export const MEDIA = tableOf({
  data: "data file_data",
  url: "url",
  fileId: "fileId file_id",
  mimeType: "mimeType mime_type media_type",
});

/**
 * Reads facts from several sources, of which the first that has one wins. It walks the members that are there, since
 * looking up absent names costs more.
 */
export function gather<Fact extends string>(
  table: Table<Fact>,
  ...sources: readonly unknown[]
): Partial<Record<Fact, unknown>> {
  const facts: Partial<Record<Fact, unknown>> = {};
  for (const source of sources as (Members | undefined)[]) {
    for (const name in source) {
      const fact = table.get(name);
      if (fact !== undefined && source[name] != null) facts[fact] ??= source[name];
    }
  }
  return facts;
}
