import { type Call, type Fold, objectsOf, readParts, TextBuilder, textMessage } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import { type Billed, type Parameters, readFailure, readParameters, readUsage } from "./parameters.js";

interface GenerateParams extends Parameters {
  prompt?: string;
  numGenerations?: number;
}

interface Generation {
  index?: number;
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

/** `generate()` and `generateStream()`. The module does not know that whole answers say why they ended. */
export const generate = (stream: boolean): Call<[GenerateParams], GenerateAnswer, GenerateEvent> => ({
  request: (given) => {
    const params = inCamelCase(given);
    return {
      ...readParameters("text_completion", stream, params),
      choiceCount: params.numGenerations,
      content: () => ({ inputMessages: params.prompt ? [textMessage("user", params.prompt)] : [] }),
    };
  },
  response: ({ id, generations, meta, error }) => {
    const answers = objectsOf(generations).map(inCamelCase<Generation>);
    const reasons = answers.map(({ finishReason }) => finishReason);
    return {
      id,
      finishReasons: stream || reasons.some(Boolean) ? reasons : undefined,
      usage: readUsage(meta),
      error: error ? { type: "ERROR", message: error } : readFailure(reasons.find(Boolean)),
      content: () => ({
        outputMessages: answers.map(({ text }) => ({ role: "assistant", parts: readParts(text, () => []) })),
      }),
    };
  },
  ...(stream && { fold: (content: boolean) => new GenerateFold(content) }),
});

class GenerateFold implements Fold<GenerateEvent, GenerateAnswer> {
  readonly #content: boolean;
  readonly #texts = new Map<number, TextBuilder>();
  readonly #facts: GenerateAnswer = {};
  /** By generation; what the last event says counts for those that have none of their own. */
  readonly #finishReasons = new Map<number | undefined, string>();

  constructor(content: boolean) {
    this.#content = content;
  }

  add(event: GenerateEvent): void {
    const { eventType, index, text, finishReason, err, response } = inCamelCase(event);
    if (finishReason) this.#finishReasons.set(index, finishReason);
    for (const ended of objectsOf(response?.generations).map(inCamelCase<Generation>))
      if (ended.finishReason) this.#finishReasons.set(ended.index ?? 0, ended.finishReason);
    if (eventType === "stream-error") this.#facts.error = err ?? "";
    if (response?.id) this.#facts.id = response.id;
    if (response?.meta) this.#facts.meta = response.meta;
    let growing = this.#texts.get(index ?? 0);
    if (growing === undefined) {
      growing = new TextBuilder();
      this.#texts.set(index ?? 0, growing);
    }
    if (this.#content && eventType === "text-generation") growing.add(text);
  }

  body(): GenerateAnswer {
    const texts = [...this.#texts].sort(([one], [other]) => one - other);
    const generations = texts.map(([index, text]) => ({
      text: String(text),
      finishReason: this.#finishReasons.get(index) ?? this.#finishReasons.get(undefined) ?? null,
    }));
    return { ...this.#facts, generations };
  }
}
