import { DeltaFold, type Fold } from "@kit/genai";
import type { MaybeFailed } from "./failure.js";
import type { ChatMessage } from "./messages.js";
import type { CompletionUsage } from "./usage.js";

/** A whole answer, or one chunk of a stream. */
interface Answer<Choice> extends Omit<MaybeFailed, "choices"> {
  id?: string;
  model?: string;
  choices?: readonly Choice[];
  usage?: CompletionUsage | null;
  service_tier?: string | null;
  system_fingerprint?: string | null;
  /** Groq's place for the usage of a stream, and for the error that ended it. */
  x_groq?: { usage?: CompletionUsage; error?: unknown } | null;
  /** Links that Perplexity and xAI cite. Each chunk repeats all links so far. */
  citations?: readonly unknown[] | null;
  /** The same with titles, which Perplexity sends instead by now. */
  search_results?: readonly unknown[] | null;
}

interface Choice {
  index?: number;
  finish_reason?: string | null;
  /** Moonshot's place for the usage of a stream. */
  usage?: CompletionUsage | null;
  error?: unknown;
}

interface Piece extends Choice {
  delta?: object | null;
}

interface TextChoice extends Choice {
  text?: string;
}

/** The body of an unstreamed chat. */
export type ChatCompletion = Answer<Choice & { message?: ChatMessage }>;

/** One chunk of a streamed chat. */
export type ChatCompletionChunk = Answer<Piece>;

/** A legacy completion, whole or one chunk of a stream. */
export type Completion = Answer<TextChoice>;

/** Rebuilds the chat that the call would have returned unstreamed. Without content it keeps facts only. */
export function foldChat(content: boolean): Fold<ChatCompletionChunk, ChatCompletion> {
  return new AnswerFold(content, deltaOf, toMessage);
}

/** As {@link foldChat}, for legacy completions. */
export function foldCompletion(content: boolean): Fold<Completion, Completion> {
  return new AnswerFold(content, textOf, toText);
}

function deltaOf({ delta }: Piece) {
  return delta;
}

function toMessage(message: ChatMessage) {
  return { message };
}

function textOf({ text }: TextChoice) {
  return { text };
}

function toText(grown: object) {
  return grown;
}

interface GrowingChoice {
  finish_reason: string | null;
  readonly delta: DeltaFold | undefined;
}

/** A class rather than closures, because thousands of streams may be open at once and closures take more memory. */
class AnswerFold<Part extends Choice, Whole> implements Fold<Answer<Part>, Answer<Choice & Whole>> {
  readonly #content: boolean;
  readonly #partOf: (choice: Part) => object | null | undefined;
  readonly #toWhole: (grown: Record<string, unknown>) => Whole;
  readonly #facts: Answer<never> = {};
  #choices: GrowingChoice[] = [];

  constructor(
    content: boolean,
    partOf: (choice: Part) => object | null | undefined,
    toWhole: (grown: Record<string, unknown>) => Whole,
  ) {
    this.#content = content;
    this.#partOf = partOf;
    this.#toWhole = toWhole;
  }

  add(chunk: Answer<Part>): void {
    keepFacts(this.#facts, chunk);
    const sources = this.#content ? (chunk.citations ?? chunk.search_results) : undefined;
    if (sources != null) this.#facts.citations = sources;
    for (const part of chunk.choices ?? []) {
      const choice = this.#choiceAt(part.index ?? 0);
      // Some servers send an empty reason with every chunk, even after the real one.
      if (part.finish_reason) choice.finish_reason = part.finish_reason;
      if (part.usage != null) this.#facts.usage = part.usage;
      if (part.error != null) this.#facts.failure = part.error;
      if (choice.delta === undefined) continue;
      const delta = this.#partOf(part);
      if (delta != null) choice.delta.add(delta);
    }
  }

  body(): Answer<Choice & Whole> {
    const choices: (Choice & Whole)[] = [];
    // Sparse: an index may be any number, so only the entries are visited, never the holes.
    for (const { finish_reason, delta } of Object.values(this.#choices)) {
      choices.push({ finish_reason, ...this.#toWhole(delta?.value() ?? {}) });
    }
    return { ...this.#facts, choices };
  }

  #choiceAt(index: number): GrowingChoice {
    const known = this.#choices[index];
    if (known !== undefined) return known;
    const choice = { finish_reason: null, delta: this.#content ? new DeltaFold() : undefined };
    // Most answers have one choice, and a list made with its only item takes no spare room.
    if (index === 0 && this.#choices.length === 0) this.#choices = [choice];
    else this.#choices[index] = choice;
    return choice;
  }
}

/** An empty value never replaces a fact: Azure's first chunk has an empty id and model. */
function keepFacts(facts: Answer<never>, chunk: Answer<unknown>): void {
  if (chunk.id) facts.id = chunk.id;
  if (chunk.model) facts.model = chunk.model;
  if (chunk.service_tier) facts.service_tier = chunk.service_tier;
  if (chunk.system_fingerprint) facts.system_fingerprint = chunk.system_fingerprint;
  const { x_groq: groq } = chunk;
  const usage = chunk.usage ?? groq?.usage;
  if (usage != null) facts.usage = usage;
  if (groq?.error != null) facts.failure = groq.error;
  if (chunk.object === "error") facts.failure = chunk;
  if (chunk.base_resp != null) facts.base_resp = chunk.base_resp;
}
