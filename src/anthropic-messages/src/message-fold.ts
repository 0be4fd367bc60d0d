import type Anthropic from "@anthropic-ai/sdk";
import { type Fold, type Foreign, parseJson, TextBuilder, withoutNulls } from "@kit/genai";

/** An unstreamed answer, or the error that some gateways send with status 200 instead. */
export type MessageBody = Foreign<Anthropic.Beta.BetaMessage | Anthropic.ErrorResponse>;

/** One event of a stream. */
export type MessageEvent = Foreign<Anthropic.Beta.BetaRawMessageStreamEvent>;

type Block = NonNullable<MessageEvent["content_block"]>;

/** A block and what its deltas add to it: text for the one member that grows, and citations. */
interface OpenBlock {
  readonly block: Block;
  readonly grown: TextBuilder;
  readonly citations: NonNullable<NonNullable<MessageEvent["delta"]>["citation"]>[];
}

/**
 * Rebuilds the message. Usage of the input comes with the first event, that of the output with the last delta. Without
 * content, only the types of the blocks are kept.
 */
export function foldMessage(content: boolean): Fold<MessageEvent, MessageBody> {
  let body: MessageBody | undefined;
  const blocks: OpenBlock[] = [];
  return {
    add({ type, index, delta, message, content_block: block, usage }) {
      if (message != null) {
        body = { ...message, content: [], stop_reason: null };
        blocks.length = 0;
      } else if (block != null) {
        const kept = content ? block : { type: block.type };
        blocks[index ?? 0] = { block: kept, grown: new TextBuilder(), citations: [] };
        // A refused answer may be continued by another model, which this block names.
        if (body !== undefined && block.type === "fallback") body.model = block.to?.model ?? body.model;
      } else if (type === "content_block_delta") {
        const open = content ? blocks[index ?? 0] : undefined;
        open?.grown.add(delta?.text ?? delta?.thinking ?? delta?.partial_json ?? delta?.content);
        if (delta?.citation != null) open?.citations.push(delta.citation);
      } else if (type === "message_delta") {
        // Counts are cumulative.
        const { content: _, ...facts } = withoutNulls(delta);
        body = { ...body, ...facts, usage: { ...body?.usage, ...withoutNulls(usage) } };
      }
    },
    // Sparse: an index may be any number, so only the entries are visited, never the holes.
    body: () => ({ ...body, content: Object.values(blocks).map(toBlock) }),
  };
}

function toBlock({ block, grown, citations }: OpenBlock): Block {
  const text = String(grown);
  if (text === "" && citations.length === 0) return block;
  if (block.type === "text") {
    const cited = [...(block.citations ?? []), ...citations];
    return { ...block, text: (block.text ?? "") + text, ...(cited.length > 0 && { citations: cited }) };
  }
  if (block.type === "thinking") return { ...block, thinking: (block.thinking ?? "") + text };
  return block.type === "compaction" ? { ...block, content: text } : { ...block, input: parseJson(text) };
}
