import type { TokenUsage } from "@kit/chat-completions";
import { type Fold, type Foreign, objectsOf, TextBuilder } from "@kit/genai";
import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";
import { type ResponseItem, type TextOrItems, withoutContent } from "./response-items.js";

/** A response, complete or still being generated. */
export type ResponseBody = Omit<Foreign<Response>, "error" | "output" | "instructions"> & {
  error?: { code?: string | null; type?: string | null; message?: string | null } | null;
  output?: ResponseItem[] | null;
  instructions?: TextOrItems;
  tool_usage?: Partial<{ image_gen: TokenUsage | null; web_search: { num_requests?: number } | null }> | null;
};

/** One event of a streamed response. */
export type ResponseEvent = Omit<Foreign<ResponseStreamEvent>, "item" | "response"> & {
  item?: ResponseItem | null;
  response?: ResponseBody | null;
};

const TERMINAL = /^response\.(?:completed|failed|incomplete)$/;

/** Delta events, and the members of the item that their accumulated text becomes. */
const GROWTH: Readonly<Record<string, (text: string) => ResponseItem>> = {
  "response.output_text.delta": (content) => ({ content }),
  "response.refusal.delta": (refusal) => ({ content: [{ refusal }] }),
  "response.reasoning_text.delta": (text) => ({ content: [{ text }] }),
  "response.reasoning_summary_text.delta": (text) => ({ summary: [{ text }] }),
  "response.function_call_arguments.delta": (given) => ({ arguments: given }),
  "response.mcp_call_arguments.delta": (given) => ({ arguments: given }),
  "response.custom_tool_call_input.delta": (input) => ({ input }),
  "response.code_interpreter_call_code.delta": (code) => ({ code }),
};

/** An output item under construction. */
interface OpenItem {
  /** As `output_item.added` announced it. */
  readonly item: ResponseItem;
  /** The type of the last delta, which decides the member that `text` becomes. */
  event?: string;
  readonly text: TextBuilder;
  /** Index of the current part of a reasoning summary. */
  part?: number | null | undefined;
}

/**
 * Rebuilds the response. Its last event carries all of it; if the stream ends earlier, the output is made of the
 * finished items and the partial text of the others.
 */
export function foldResponse(content: boolean): Fold<ResponseEvent, ResponseBody> {
  let body: ResponseBody = {};
  // Sparse: an index may be any number, so only the entries are visited, never the holes.
  const items: OpenItem[] = [];
  const open = (index: number, item: ResponseItem) => {
    const begun: OpenItem = { item, text: new TextBuilder() };
    items[index] = begun;
    return begun;
  };
  return {
    add(event) {
      const { response, item, delta, code, message, output_index: index } = event;
      const type = event.type ?? "";
      if (response != null) {
        const settled = TERMINAL.test(type) || response.status === "queued";
        body = { ...(content ? response : withoutTexts(response)), ...(!settled && { status: null }) };
        return;
      }
      // Versions before 7 yield this event instead of throwing.
      if (type === "error") body = { ...body, status: "failed", error: { code: code ?? "error", message } };
      if (index == null) return;
      if (type === "response.output_item.done" && item != null) {
        open(index, content ? item : withoutContent(item));
      } else if (!content) return;
      else if (type === "response.output_item.added" && item != null) open(index, item);
      else if (typeof delta === "string" && type in GROWTH) {
        const growing = items[index] ?? open(index, { type: "message" });
        growing.event = type;
        growing.part ??= event.summary_index;
        growing.text.add(growing.part === event.summary_index ? delta : `\n${delta}`);
        growing.part = event.summary_index;
      }
    },
    body() {
      return body.output?.length ? body : { ...body, output: Object.values(items).map(toItem) };
    },
  };
}

function toItem({ item, event, text }: OpenItem): ResponseItem {
  const grow = event === undefined ? undefined : GROWTH[event];
  return { ...item, ...grow?.(String(text)) };
}

/** Keeps only what facts are read from, so that an open stream does not retain content. */
function withoutTexts({ prompt, tools, output, ...response }: ResponseBody): ResponseBody {
  const { id, model, status, usage, error, incomplete_details, conversation, service_tier } = response;
  return {
    ...{ id, model, status, usage, error, incomplete_details, conversation, service_tier },
    background: response.background,
    tool_usage: response.tool_usage,
    prompt: prompt && { id: prompt.id, version: prompt.version },
    tools: objectsOf(tools).map(({ type, model: ofTool }) => ({ type, model: ofTool })),
    output: objectsOf(output).map(withoutContent),
  };
}
