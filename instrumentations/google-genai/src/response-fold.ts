import { type Fold, objectsOf, TextBuilder } from "@kit/genai";
import type { Candidate, GenerateContentBody } from "./answer.js";
import type { FunctionCall, Part } from "./content.js";
import { withPartialArg } from "./partial-args.js";

/** Rebuilds the answer that the request would have had unstreamed. Without content it keeps facts only. */
export class ResponseFold implements Fold<GenerateContentBody, GenerateContentBody> {
  readonly #content: boolean;
  readonly #facts: Omit<GenerateContentBody, "candidates"> = {};
  readonly #candidates = new Map<number, GrowingCandidate>();

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ responseId, modelVersion, candidates, promptFeedback, usageMetadata }: GenerateContentBody): void {
    if (responseId) this.#facts.responseId = responseId;
    if (modelVersion) this.#facts.modelVersion = modelVersion;
    if (promptFeedback?.blockReason) this.#facts.promptFeedback = { blockReason: promptFeedback.blockReason };
    // Each chunk counts all so far, but not every one counts everything.
    if (usageMetadata != null)
      this.#facts.usageMetadata = Object.assign(this.#facts.usageMetadata ?? {}, usageMetadata);
    for (const candidate of objectsOf(candidates)) {
      const index = candidate.index ?? 0;
      let growing = this.#candidates.get(index);
      if (growing === undefined) {
        growing = new GrowingCandidate();
        this.#candidates.set(index, growing);
      }
      growing.add(candidate, this.#content);
    }
  }

  body(): GenerateContentBody {
    const candidates = [...this.#candidates].sort(([one], [other]) => one - other);
    return { ...this.#facts, candidates: candidates.map(([, candidate]) => candidate.whole()) };
  }
}

interface GrowingText {
  readonly thought: boolean;
  readonly text: TextBuilder;
}

class GrowingCandidate {
  #finishReason: string | null = null;
  #role: string | undefined;
  #parts: (GrowingText | Part)[] | undefined;
  /** The call whose arguments are still to come. */
  #open: FunctionCall | undefined;
  #grounding: Candidate["groundingMetadata"];
  #citations: Candidate["citationMetadata"];

  add(
    { finishReason, content, groundingMetadata, citationMetadata }: Candidate,
    wantsContent: boolean,
  ): void {
    if (finishReason) this.#finishReason = finishReason;
    if (!wantsContent) return;
    this.#role ??= content?.role ?? undefined;
    if (groundingMetadata?.groundingChunks?.length) this.#grounding = groundingMetadata;
    if (citationMetadata?.citations?.length) this.#citations = citationMetadata;
    for (const part of content?.parts ?? [])
      if (part != null) this.#addPart(typeof part === "string" ? { text: part } : part);
  }

  /** Texts that follow one another are pieces of one text. */
  #addPart(part: Part): void {
    this.#parts ??= [];
    if (part.functionCall != null) {
      this.#addCall(part.functionCall, this.#parts);
      return;
    }
    if (typeof part.text !== "string") {
      // The application may work on what it got, such as the arguments of a tool, while the stream goes on.
      this.#parts.push(structuredClone(part));
      return;
    }
    const thought = part.thought === true;
    let last = this.#parts.at(-1);
    if (!isGrowing(last) || last.thought !== thought) {
      last = { thought, text: new TextBuilder() };
      this.#parts.push(last);
    }
    last.text.add(part.text);
  }

  /** A piece without a name belongs to the call that is still open. */
  #addCall({ partialArgs, willContinue, ...piece }: FunctionCall, parts: (GrowingText | Part)[]): void {
    let call = piece.name ? undefined : this.#open;
    if (call === undefined) {
      call = structuredClone(piece);
      parts.push({ functionCall: call });
    }
    for (const arg of objectsOf(partialArgs)) call.args = withPartialArg(call.args, arg);
    this.#open = willContinue === true ? call : undefined;
  }

  whole(): Candidate {
    const parts = this.#parts?.map((part) =>
      isGrowing(part) ? { text: String(part.text), thought: part.thought } : part,
    );
    return {
      finishReason: this.#finishReason,
      content: { role: this.#role ?? null, parts: parts ?? [] },
      groundingMetadata: this.#grounding ?? null,
      citationMetadata: this.#citations ?? null,
    };
  }
}

function isGrowing(part: GrowingText | Part | undefined): part is GrowingText {
  return part?.text instanceof TextBuilder;
}
