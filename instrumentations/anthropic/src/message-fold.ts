import type { BetaRawMessageStreamEvent } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { type Fold, type Foreign, parseJson, TextBuilder } from "@kit/genai";
import type { ContentBlock } from "./content-blocks.js";
import type { MessageBody } from "./messages.js";
import type { MessageUsage } from "./usage.js";

/** One event of a streamed answer. */
export type MessageEvent = Omit<Foreign<BetaRawMessageStreamEvent>, "message" | "content_block"> & {
  message?: MessageBody;
  content_block?: ContentBlock;
};

/** A block with what its deltas add: text to the one member that grows, and citations. */
interface OpenBlock {
  readonly block: ContentBlock;
  readonly grown: TextBuilder;
  readonly citations: unknown[];
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
      if (type === "message_start" && message !== undefined) {
        body = { ...message, content: [], stop_reason: null };
      } else if (type === "content_block_start" && block !== undefined) {
        blocks[index ?? 0] = {
          block: content ? block : { type: block.type },
          grown: new TextBuilder(),
          citations: [],
        };
        if (body !== undefined) body.model = fallbackModel(block) ?? body.model;
      } else if (type === "content_block_delta") {
        const open = content ? blocks[index ?? 0] : undefined;
        open?.grown.add(delta?.text ?? delta?.thinking ?? delta?.partial_json ?? delta?.content);
        if (delta?.citation != null) open?.citations.push(delta.citation);
      } else if (type === "message_delta") {
        body = { ...body, usage: overlayUsage(body?.usage, usage) };
        body.stop_reason = delta?.stop_reason ?? body.stop_reason;
        body.container = delta?.container ?? body.container;
      }
    },
    body: () => ({ ...body, content: blocks.flatMap((open) => [toBlock(open)]) }),
  };
}

/** A refused answer may go on with another model, which a block names. */
function fallbackModel({ type, to }: ContentBlock): string | undefined {
  return type === "fallback" ? (to as { model?: string } | undefined)?.model : undefined;
}

/** Usage after a later report: its counts are cumulative and win, save those it does not know. */
function overlayUsage(before: MessageUsage | null | undefined, later: MessageUsage | null | undefined) {
  const known = Object.entries(later ?? {}).filter(([, value]) => value != null);
  return { ...before, ...Object.fromEntries(known) };
}

function toBlock({ block, grown, citations }: OpenBlock): ContentBlock {
  const text = String(grown);
  if (block.text !== undefined) {
    const cited = [...((block.citations as unknown[] | null | undefined) ?? []), ...citations];
    return { ...block, text: block.text + text, ...(cited.length > 0 && { citations: cited }) };
  }
  if (block.thinking !== undefined) return { ...block, thinking: block.thinking + text };
  if (text === "") return block;
  return block.type === "compaction" ? { ...block, content: text } : { ...block, input: parseJson(text) };
}
