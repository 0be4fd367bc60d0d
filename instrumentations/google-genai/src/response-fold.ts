import { type Fold, TextBuilder } from "@kit/genai";
import type { Candidate, GenerateContentBody } from "./answer.js";
import type { Part } from "./content.js";

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
    for (const candidate of candidates ?? []) {
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
    for (const part of content?.parts ?? []) this.#addPart(typeof part === "string" ? { text: part } : part);
  }

  /** Texts that follow one another are pieces of one text. */
  #addPart(part: Part): void {
    this.#parts ??= [];
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
