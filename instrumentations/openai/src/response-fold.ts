import type { TokenUsage } from "@kit/chat-completions";
import { type Fold, type Foreign, TextBuilder } from "@kit/genai";
import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";
import { type ResponseItem, type TextOrItems, withoutContent } from "./response-items.js";

/** The body of a response, complete or on its way. */
export type ResponseBody = Omit<Foreign<Response>, "error" | "output" | "instructions"> & {
  error?: { code?: string | null; type?: string | null; message?: string | null } | null;
  output?: ResponseItem[] | null;
  instructions?: TextOrItems;
  tool_usage?: { image_gen?: TokenUsage | null } | null;
};

/** One event of a streamed response. */
export type ResponseEvent = Omit<Foreign<ResponseStreamEvent>, "item" | "response"> & {
  item?: ResponseItem | null;
  response?: ResponseBody | null;
};

const TERMINAL = /^response\.(?:completed|failed|incomplete)$/;

/** Events that bring an item piece by piece, and how the text so far stands in the item. */
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

/** An item that has begun: as it was announced, and what came of it since. */
interface OpenItem {
  item: ResponseItem;
  /** The last of the events above, and the text of all of them. */
  event?: string;
  readonly text: TextBuilder;
  /** Which part of the summary it is in. */
  part?: number | null | undefined;
}

/**
 * Rebuilds the response. The last event carries all of it; when the stream ends before, the finished items and
 * the text of the unfinished ones are what arrived.
 */
export function foldResponse(content: boolean): Fold<ResponseEvent, ResponseBody> {
  let body: ResponseBody = {};
  // By index; read as an object, since a provider may send any number and a list is walked hole by hole.
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
      // Versions before 7 hand a failure over as an event like any other.
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

/** Only what the facts are read from: an open stream must not hold the conversation. */
function withoutTexts({ prompt, tools, output, ...response }: ResponseBody): ResponseBody {
  const { id, model, status, usage, error, incomplete_details, conversation, service_tier } = response;
  return {
    ...{ id, model, status, usage, error, incomplete_details, conversation, service_tier },
    tool_usage: response.tool_usage,
    prompt: prompt && { id: prompt.id, version: prompt.version },
    tools: tools?.map(({ type, model: ofTool }) => ({ type, model: ofTool })),
    output: (output ?? []).map(withoutContent),
  };
}
