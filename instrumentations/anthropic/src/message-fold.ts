import { type Fold, parseJson, TextBuilder } from "@kit/genai";
import type { ContentBlock } from "./content-blocks.js";
import type { MessageBody } from "./messages.js";
import { type MessageUsage, overlayUsage } from "./usage.js";

interface Delta {
  text?: string;
  thinking?: string;
  partial_json?: string;
  citation?: unknown;
  content?: string | null;
  stop_reason?: string | null;
  container?: { id?: string } | null;
}

/** One event of a streamed answer. */
export interface MessageEvent {
  type?: string;
  index?: number;
  message?: MessageBody;
  content_block?: ContentBlock;
  delta?: Delta;
  usage?: MessageUsage | null;
}

/**
 * Rebuilds the message. The input side of its usage comes with the first event, the output side with the last
 * delta; without content only the kinds of its blocks are kept.
 */
export function foldMessage(content: boolean): Fold<MessageEvent, MessageBody> {
  let body: MessageBody | undefined;
  const blocks: BlockFold[] = [];
  return {
    add(event) {
      const { type, index = 0, delta } = event;
      if (type === "message_start" && event.message !== undefined) body = readStart(event.message);
      else if (type === "content_block_start" && event.content_block !== undefined) {
        blocks[index] = new BlockFold(content ? event.content_block : { type: event.content_block.type });
        if (body !== undefined) body.model = fallbackModel(event.content_block) ?? body.model;
      } else if (type === "content_block_delta" && content && delta !== undefined) blocks[index]?.add(delta);
      else if (type === "message_delta") {
        body = { ...body, usage: overlayUsage(body?.usage, event.usage) };
        if (delta?.stop_reason != null) body.stop_reason = delta.stop_reason;
        if (delta?.container != null) body.container = delta.container;
      }
    },
    body: () => ({ ...body, content: blocks.flatMap((block) => block?.toBlock() ?? []) }),
  };
}

function readStart({ id, model, role, usage, container }: MessageBody): MessageBody {
  return { id, model, role, usage, container, stop_reason: null };
}

/** A refused answer may go on with another model, which a block names. */
function fallbackModel({ type, to }: ContentBlock): string | undefined {
  return type === "fallback" ? (to as { model?: string } | undefined)?.model : undefined;
}

class BlockFold {
  readonly #block: ContentBlock;
  readonly #text = new TextBuilder();
  readonly #thinking = new TextBuilder();
  readonly #json = new TextBuilder();
  readonly #summary = new TextBuilder();
  readonly #citations: unknown[] = [];

  constructor(block: ContentBlock) {
    this.#block = block;
  }

  add(delta: Delta): void {
    this.#text.add(delta.text);
    this.#thinking.add(delta.thinking);
    this.#json.add(delta.partial_json);
    this.#summary.add(delta.content);
    if (delta.citation !== undefined) this.#citations.push(delta.citation);
  }

  toBlock(): ContentBlock {
    const { text, thinking, content, citations } = this.#block;
    const json = String(this.#json);
    return {
      ...this.#block,
      ...(text !== undefined && { text: text + String(this.#text) }),
      ...(thinking !== undefined && { thinking: thinking + String(this.#thinking) }),
      ...(json !== "" && { input: parseJson(json) }),
      ...(content == null && String(this.#summary) !== "" && { content: String(this.#summary) }),
      ...(this.#citations.length > 0 && {
        citations: [...((citations as unknown[] | null) ?? []), ...this.#citations],
      }),
    };
  }
}
