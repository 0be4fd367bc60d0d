import { type Call, TextBuilder, textMessage } from "@kit/genai";

interface CompletionParams {
  model?: string;
  prompt?: string;
  stream?: boolean;
  max_tokens_to_sample?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
}

interface Completion {
  id?: string;
  model?: string;
  completion?: string;
  stop_reason?: string | null;
}

/** `POST /v1/complete`, the legacy text completion, which tells no usage. Versions 1.x no longer have it. */
export const completions: Call<[CompletionParams], Completion, Completion> = {
  request: (params) => ({
    operation: "text_completion",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_tokens_to_sample,
    temperature: params.temperature,
    topP: params.top_p,
    topK: params.top_k,
    stopSequences: params.stop_sequences,
    content: () => ({ inputMessages: [textMessage("user", params.prompt ?? "")] }),
  }),
  response: ({ id, model, stop_reason: reason, completion = "" }) => ({
    id,
    model,
    finishReasons: [reason],
    content: () => ({ outputMessages: [textMessage("assistant", completion)] }),
  }),
  fold: (content) => {
    let last: Completion = {};
    const text = new TextBuilder();
    return {
      add({ completion, ...facts }) {
        last = facts;
        if (content) text.add(completion);
      },
      body: () => ({ ...last, completion: String(text) }),
    };
  },
};
