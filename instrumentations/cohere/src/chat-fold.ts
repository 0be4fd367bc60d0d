import { DeltaFold, type Fold } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import type { ChatAnswer, ChatEvent, ChatMessage } from "./wire.js";

/** Rebuilds the answer that `v2.chat()` would have given. Without content it keeps facts only. */
export class ChatFold implements Fold<ChatEvent, ChatAnswer> {
  readonly #message: DeltaFold | undefined;
  readonly #facts: ChatAnswer = { finishReason: null };

  constructor(content: boolean) {
    this.#message = content ? new DeltaFold() : undefined;
  }

  add({ id, index = 0, delta }: ChatEvent): void {
    if (id) this.#facts.id = id;
    const { message, finishReason, usage, error } = inCamelCase(delta);
    if (finishReason) this.#facts.finishReason = finishReason;
    if (usage) this.#facts.usage = usage;
    if (error) this.#facts.error = error;
    if (this.#message === undefined || message == null) return;
    // Each event has one of them, where the whole message has a list.
    const { content, toolCalls, toolPlan, citations } = inCamelCase(message);
    if (isObject(content)) this.#message.add({ content: [{ ...content, index }] });
    if (isObject(toolCalls)) this.#message.add({ toolCalls: [{ ...toolCalls, index }] });
    if (isObject(citations)) this.#message.add({ citations: [citations] });
    this.#message.add({ toolPlan });
  }

  body(): ChatAnswer {
    return this.#message === undefined
      ? this.#facts
      : { ...this.#facts, message: this.#message.value() as ChatMessage };
  }
}

/** The first event has empty lists. */
function isObject(value: object | undefined): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
