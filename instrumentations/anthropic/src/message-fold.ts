import type Anthropic from "@anthropic-ai/sdk";
import { type Fold, type Foreign, parseJson, TextBuilder, withoutNulls } from "@kit/genai";

/** The body of an unstreamed answer, or the error that gateways send with status 200 in its place. */
export type MessageBody = Foreign<Anthropic.Beta.BetaMessage | Anthropic.ErrorResponse>;

/** One event of a streamed answer. */
export type MessageEvent = Foreign<Anthropic.Beta.BetaRawMessageStreamEvent>;

type Block = NonNullable<MessageEvent["content_block"]>;

/** A block with what its deltas add: text to the one member that grows, and citations. */
interface OpenBlock {
  readonly block: Block;
  readonly grown: TextBuilder;
  readonly citations: NonNullable<NonNullable<MessageEvent["delta"]>["citation"]>[];
}

/**
 * Rebuilds the message. The input side of its usage comes with the first event, the output side with the last
 * delta; without content only the kinds of its blocks are kept.
 */
export function foldMessage(content: boolean): Fold<MessageEvent, MessageBody> {
  let body: MessageBody | undefined;
  const blocks: OpenBlock[] = [];
  return {
    add({ type, index, delta, message, content_block: block, usage }) {
      if (message != null) {
        body = { ...message, content: [], stop_reason: null };
      } else if (block != null) {
        const kept = content ? block : { type: block.type };
        blocks[index ?? 0] = { block: kept, grown: new TextBuilder(), citations: [] };
        // A refused answer may go on with another model, which a block names.
        if (body !== undefined && block.type === "fallback") body.model = block.to?.model ?? body.model;
      } else if (type === "content_block_delta") {
        const open = content ? blocks[index ?? 0] : undefined;
        open?.grown.add(delta?.text ?? delta?.thinking ?? delta?.partial_json ?? delta?.content);
        if (delta?.citation != null) open?.citations.push(delta.citation);
      } else if (type === "message_delta") {
        // Counts are cumulative: a later one wins.
        const { content: _, ...told } = withoutNulls(delta);
        body = { ...body, ...told, usage: { ...body?.usage, ...withoutNulls(usage) } };
      }
    },
    // Without the holes: an index may be any number, and those before it blocks of which nothing came.
    body: () => ({ ...body, content: Object.values(blocks).map(toBlock) }),
  };
}

function toBlock({ block, grown, citations }: OpenBlock): Block {
  const text = String(grown);
  if (block.text != null) {
    const cited = [...(block.citations ?? []), ...citations];
    return { ...block, text: block.text + text, ...(cited.length > 0 && { citations: cited }) };
  }
  if (block.thinking != null) return { ...block, thinking: block.thinking + text };
  if (text === "") return block;
  return block.type === "compaction" ? { ...block, content: text } : { ...block, input: parseJson(text) };
}
