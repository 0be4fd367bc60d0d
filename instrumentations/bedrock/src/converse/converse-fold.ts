import { type Fold, parseJson, TextBuilder } from "@kit/genai";
import type { ContentBlock, ContentDelta, ConverseAnswer, ConverseEvent } from "./wire.js";

/** Rebuilds the answer that Converse would have given unstreamed. Without content it keeps facts only. */
export function foldConverse(content: boolean): Fold<ConverseEvent, ConverseAnswer> {
  return new ConverseFold(content, (blocks) => blocks);
}

/** The same for Nova's own format, which begins a new block with every piece of a text. */
export function foldNova(content: boolean): Fold<ConverseEvent, ConverseAnswer> {
  return new ConverseFold(content, joinPieces);
}

function joinPieces(blocks: readonly ContentBlock[]): ContentBlock[] {
  const joined: ContentBlock[] = [];
  for (const block of blocks) {
    const longer = join(joined.at(-1), block);
    if (longer === undefined) joined.push(block);
    else joined[joined.length - 1] = longer;
  }
  return joined;
}

function join(one: ContentBlock | undefined, next: ContentBlock): ContentBlock | undefined {
  if (one?.text !== undefined && next.text !== undefined) return { text: one.text + next.text };
  const [thought, more] = [one, next].map((block) => block?.reasoningContent?.reasoningText?.text);
  if (thought === undefined || more === undefined) return undefined;
  return { reasoningContent: { reasoningText: { text: thought + more } } };
}

type Arrange = (blocks: readonly ContentBlock[]) => readonly ContentBlock[];

class ConverseFold implements Fold<ConverseEvent, ConverseAnswer> {
  readonly #content: boolean;
  readonly #arrange: Arrange;
  readonly #facts: ConverseAnswer = {};
  readonly #blocks = new Map<number, GrowingBlock>();
  #role: string | undefined;

  constructor(content: boolean, arrange: Arrange) {
    this.#content = content;
    this.#arrange = arrange;
  }

  add({ messageStart, contentBlockStart, contentBlockDelta, messageStop, metadata }: ConverseEvent): void {
    if (messageStart !== undefined) this.#role = messageStart.role;
    if (messageStop?.stopReason !== undefined) this.#facts.stopReason = messageStop.stopReason;
    if (metadata !== undefined) {
      const { usage, serviceTier, performanceConfig } = metadata;
      Object.assign(this.#facts, { usage, serviceTier, performanceConfig });
    }
    if (!this.#content) return;
    if (contentBlockStart !== undefined)
      this.#blockAt(contentBlockStart.contentBlockIndex).start = contentBlockStart.start ?? {};
    if (contentBlockDelta?.delta !== undefined)
      this.#blockAt(contentBlockDelta.contentBlockIndex).add(contentBlockDelta.delta);
  }

  body(): ConverseAnswer {
    if (this.#role === undefined) return this.#facts;
    const blocks = [...this.#blocks].sort(([one], [other]) => one - other).map(([, block]) => block.whole());
    return { ...this.#facts, output: { message: { role: this.#role, content: this.#arrange(blocks) } } };
  }

  #blockAt(index: number): GrowingBlock {
    let block = this.#blocks.get(index);
    if (block === undefined) {
      block = new GrowingBlock();
      this.#blocks.set(index, block);
    }
    return block;
  }
}

class GrowingBlock {
  start: ContentBlock = {};
  readonly #text = new TextBuilder();
  readonly #thought = new TextBuilder();
  readonly #input = new TextBuilder();
  #thinks = false;
  #redacted = false;
  #results: NonNullable<ContentDelta["toolResult"]> = [];
  #citations: readonly unknown[] = [];

  add({ text, toolUse, toolResult, reasoningContent, citation }: ContentDelta): void {
    this.#text.add(text);
    this.#input.add(toolUse?.input);
    this.#thought.add(reasoningContent?.text);
    if (reasoningContent !== undefined) this.#thinks = true;
    if (reasoningContent?.redactedContent !== undefined) this.#redacted = true;
    if (toolResult !== undefined) this.#results = [...this.#results, ...structuredClone(toolResult)];
    if (citation !== undefined) this.#citations = [...this.#citations, structuredClone(citation)];
  }

  whole(): ContentBlock {
    const { toolUse, toolResult } = this.start;
    const [text, thought, input] = [this.#text, this.#thought, this.#input].map(String);
    if (toolUse !== undefined) return { toolUse: { ...toolUse, input: parseJson(input || "{}") } };
    if (toolResult !== undefined) return { toolResult: { ...toolResult, content: this.#results } };
    if (this.#thinks) {
      const hidden = this.#redacted && !thought;
      return {
        reasoningContent: hidden ? { redactedContent: true } : { reasoningText: { text: thought ?? "" } },
      };
    }
    if (this.#citations.length === 0) return { text: text ?? "" };
    return { citationsContent: { content: [{ text: text ?? "" }], citations: this.#citations } };
  }
}
