import type { Call, MessagePart } from "@kit/genai";
import { GenerateFold } from "./answer-fold.js";
import { readImages } from "./chat.js";
import { type Parameters, readCounts, readParameters } from "./parameters.js";
import type { ChatMessage, GenerateAnswer } from "./wire.js";

interface GenerateParams extends Parameters {
  prompt?: string;
  system?: string;
  images?: ChatMessage["images"];
}

const textsIn = (...texts: readonly (string | undefined)[]): MessagePart[] =>
  texts.flatMap((content) => (content ? { type: "text", content } : []));

/** `generate()`, streamed or not. */
export const generate: Call<[GenerateParams], GenerateAnswer, GenerateAnswer> = {
  request: (params) => ({
    ...readParameters("text_completion", params),
    content: () => ({
      systemInstructions: textsIn(params.system),
      inputMessages: [{ role: "user", parts: [...textsIn(params.prompt), ...readImages(params.images)] }],
    }),
  }),
  response: (answer) => ({
    ...readCounts(answer),
    content: () => {
      const thoughts = answer.thinking ? [{ type: "reasoning", content: answer.thinking } as const] : [];
      return { outputMessages: [{ role: "assistant", parts: [...thoughts, ...textsIn(answer.response)] }] };
    },
  }),
  fold: (content) => new GenerateFold(content),
};
