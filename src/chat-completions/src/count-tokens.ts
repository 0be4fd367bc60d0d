import { type Call, KIT_ATTR } from "@kit/genai";

/** The request that counts a call's tokens, at its path. Nothing is generated, so the count is not usage. */
export function countTokens(path: string): Call<[{ model?: string | null }], { input_tokens?: number }> {
  return {
    path,
    request: ({ model }) => ({ operation: "count_tokens", model }),
    response: (body) => ({ attributes: { [KIT_ATTR.countedInputTokens]: body.input_tokens } }),
  };
}
