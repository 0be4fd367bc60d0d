import { type Call, readParameters, type SharedParameters, TextBuilder, textMessage } from "@kit/genai";

interface CompletionParams extends SharedParameters {
  prompt?: string;
  max_tokens_to_sample?: number;
}

interface Completion {
  id?: string;
  model?: string;
  completion?: string;
  stop_reason?: string | null;
}

/** `POST /v1/complete`, the legacy text completion. It reports no usage, and 1.x no longer has it. */
export const completions: Call<[CompletionParams], Completion, Completion> = {
  request: (params) => ({
    ...readParameters("text_completion", params),
    maxTokens: params.max_tokens_to_sample,
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
