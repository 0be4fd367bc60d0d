import { type Fold, TextBuilder } from "@kit/genai";
import type { Counted } from "./parameters.js";
import type { ChatAnswer, ChatMessage, GenerateAnswer } from "./wire.js";

/** Facts and texts of an answer in pieces. Without content only the facts are kept. */
class AnswerFold {
  readonly #content: boolean;
  readonly #text = new TextBuilder();
  readonly #thinking = new TextBuilder();
  protected readonly facts: Counted = {};

  constructor(content: boolean) {
    this.#content = content;
  }

  protected addPiece(
    { model, done_reason, prompt_eval_count: input, eval_count: output }: Counted,
    text: string | undefined,
    thinking: string | undefined,
  ): boolean {
    if (model) this.facts.model = model;
    if (done_reason) this.facts.done_reason = done_reason;
    if (input !== undefined) this.facts.prompt_eval_count = input;
    if (output !== undefined) this.facts.eval_count = output;
    if (!this.#content) return false;
    this.#text.add(text);
    this.#thinking.add(thinking);
    return true;
  }

  protected texts() {
    return { text: String(this.#text), thinking: String(this.#thinking) };
  }
}

/** Rebuilds the answer of `chat()`. */
export class ChatFold extends AnswerFold implements Fold<ChatAnswer, ChatAnswer> {
  #calls: NonNullable<ChatMessage["tool_calls"]> = [];

  add(piece: ChatAnswer): void {
    const { content, thinking, tool_calls } = piece.message ?? {};
    const isWanted = this.addPiece(piece, content, thinking);
    // Calls arrive whole; the application may work on their arguments while the stream goes on.
    if (isWanted && tool_calls?.length) this.#calls = [...this.#calls, ...structuredClone(tool_calls)];
  }

  body(): ChatAnswer {
    const { text: content, thinking } = this.texts();
    return { ...this.facts, message: { role: "assistant", content, thinking, tool_calls: this.#calls } };
  }
}

/** Rebuilds the answer of `generate()`. */
export class GenerateFold extends AnswerFold implements Fold<GenerateAnswer, GenerateAnswer> {
  add(piece: GenerateAnswer): void {
    this.addPiece(piece, piece.response, piece.thinking);
  }

  body(): GenerateAnswer {
    const { text: response, thinking } = this.texts();
    return { ...this.facts, response, thinking };
  }
}
