import { type Call, type Fold, objectsOf, TextBuilder, textMessage } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import { type Billed, type Parameters, readFailure, readParameters, readUsage } from "./parameters.js";

interface GenerateParams extends Parameters {
  prompt?: string;
  numGenerations?: number;
}

interface Generation {
  text?: string;
  finishReason?: string | null;
}

interface GenerateAnswer {
  id?: string | null;
  generations?: readonly Generation[] | null;
  meta?: Billed | null;
  error?: string | null;
}

interface GenerateEvent {
  eventType?: string;
  index?: number;
  text?: string;
  finishReason?: string;
  err?: string;
  response?: GenerateAnswer | null;
}

/** `generate()` and `generateStream()`. Whole answers do not say why they ended. */
export const generate = (stream: boolean): Call<[GenerateParams], GenerateAnswer, GenerateEvent> => ({
  request: (params) => ({
    ...readParameters("text_completion", stream, params),
    choiceCount: params.numGenerations,
    content: () => ({ inputMessages: params.prompt ? [textMessage("user", params.prompt)] : [] }),
  }),
  response: ({ id, generations, meta, error }) => {
    const answers = objectsOf(generations);
    const reasons = answers.map(({ finishReason }) => finishReason);
    return {
      id,
      finishReasons: stream || reasons.some(Boolean) ? reasons : undefined,
      usage: readUsage(meta),
      error: error ? { type: "ERROR", message: error } : readFailure(reasons.find(Boolean)),
      content: () => ({ outputMessages: answers.map(({ text }) => textMessage("assistant", text ?? "")) }),
    };
  },
  ...(stream && { fold: (content: boolean) => new GenerateFold(content) }),
});

class GenerateFold implements Fold<GenerateEvent, GenerateAnswer> {
  readonly #content: boolean;
  readonly #texts = new Map<number, TextBuilder>();
  readonly #facts: GenerateAnswer = {};
  #finishReason: string | null = null;

  constructor(content: boolean) {
    this.#content = content;
  }

  add(event: GenerateEvent): void {
    const { eventType, index = 0, text, finishReason, err, response } = inCamelCase(event);
    if (finishReason) this.#finishReason = finishReason;
    if (eventType === "stream-error") this.#facts.error = err ?? "";
    if (response?.id) this.#facts.id = response.id;
    if (response?.meta) this.#facts.meta = response.meta;
    let growing = this.#texts.get(index);
    if (growing === undefined) {
      growing = new TextBuilder();
      this.#texts.set(index, growing);
    }
    if (this.#content && eventType === "text-generation") growing.add(text);
  }

  body(): GenerateAnswer {
    const texts = [...this.#texts].sort(([one], [other]) => one - other);
    const finishReason = this.#finishReason;
    return { ...this.#facts, generations: texts.map(([, text]) => ({ text: String(text), finishReason })) };
  }
}
