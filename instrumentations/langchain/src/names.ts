/** What is foreign and has members. */
export type Members = Readonly<Record<string, unknown>>;

type Table<Fact extends string> = ReadonlyMap<string, Fact>;

/** Facts by the names that integrations have for them: they name things as their providers do. */
function tableOf<Fact extends string>(names: Readonly<Record<Fact, string>>): Table<Fact> {
  const facts = Object.keys(names) as Fact[];
  return new Map(facts.flatMap((fact) => names[fact].split(" ").map((name) => [name, fact] as const)));
}

/** What a model is asked. */
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
  outputType: "response_format responseFormat format",
  reasoningLevel: "reasoning_effort reasoning",
  tools: "tools",
});

/** What stands beside its answer. */
export const ANSWER = tableOf({
  id: "id",
  model: "model_name model modelId model_id",
  usage: "tokenUsage usage estimatedTokenUsage",
  tier: "tier service_tier",
  reason: "finish_reason finishReason stop_reason stopReason done_reason",
});

/** What older integrations tell of tokens there. */
export const TOKENS = tableOf({
  input: "promptTokens prompt_tokens input_tokens",
  output: "completionTokens completion_tokens output_tokens",
});

/** Gathers what several sources tell, the first source first. Looks at what is there: names that are not cost most. */
export function gather<Fact extends string>(
  table: Table<Fact>,
  ...sources: readonly unknown[]
): Partial<Record<Fact, unknown>> {
  const told: Partial<Record<Fact, unknown>> = {};
  for (const source of sources as (Members | undefined)[]) {
    for (const name in source) {
      const fact = table.get(name);
      if (fact !== undefined && source[name] != null) told[fact] ??= source[name];
    }
  }
  return told;
}
