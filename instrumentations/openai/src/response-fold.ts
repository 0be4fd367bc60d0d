import { type Fold, TextBuilder, withoutNulls } from "@kit/genai";
import type { ResponseBody } from "./response-body.js";
import type { ResponseItem } from "./response-items.js";

/** One event of a streamed response. */
export interface ResponseEvent {
  type?: string;
  response?: ResponseBody;
  output_index?: number;
  item?: ResponseItem;
  delta?: unknown;
  code?: string | null;
  message?: string;
}

const TERMINAL: ReadonlySet<string> = new Set([
  "response.completed",
  "response.failed",
  "response.incomplete",
]);

/** Events that bring an item piece by piece, and how the text so far stands in the item. */
const GROWTH: Readonly<Record<string, (text: string) => ResponseItem>> = {
  "response.output_text.delta": (content) => ({ content }),
  "response.refusal.delta": (refusal) => ({ content: [{ refusal }] }),
  "response.reasoning_text.delta": (text) => ({ content: [{ text }] }),
  "response.reasoning_summary_text.delta": (text) => ({ summary: [{ text }] }),
  "response.function_call_arguments.delta": (given) => ({ arguments: given }),
  "response.mcp_call_arguments.delta": (given) => ({ arguments: given }),
  "response.custom_tool_call_input.delta": (input) => ({ input }),
};

/** An item that has begun: as it was announced, and what came of it since. */
interface OpenItem {
  item: ResponseItem;
  /** The last of the events above, and the text of all of them. */
  event?: string;
  readonly text: TextBuilder;
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
      const { type = "", response, item, delta, output_index: index } = event;
      if (response !== undefined) {
        const settled = TERMINAL.has(type) || response.status === "queued";
        body = { ...bounded(response, content), ...(!settled && { status: null }) };
        return;
      }
      // Versions before 7 hand a failure over as an event like any other.
      if (type === "error") body = { ...body, ...readFailure(event) };
      if (index === undefined) return;
      if (type === "response.output_item.done" && item !== undefined) {
        open(index, content ? item : { type: item.type ?? "message" });
      } else if (!content) return;
      else if (type === "response.output_item.added" && item !== undefined) open(index, item);
      else if (typeof delta === "string" && type in GROWTH) {
        const growing = items[index] ?? open(index, { type: "message" });
        growing.event = type;
        growing.text.add(delta);
      }
    },
    body() {
      if (body.output !== undefined && body.output.length > 0) return body;
      return { ...body, output: Object.values(items).map(toItem) };
    },
  };
}

function toItem({ item, event, text }: OpenItem): ResponseItem {
  const grow = event === undefined ? undefined : GROWTH[event];
  return { ...item, ...grow?.(String(text)) };
}

function readFailure({ code, message }: ResponseEvent): ResponseBody {
  return { status: "failed", error: { code: code ?? "error", ...(message !== undefined && { message }) } };
}

/** Without content only what the facts are read from: an open stream must not hold the conversation. */
function bounded(response: ResponseBody, content: boolean): ResponseBody {
  if (content) return response;
  const { id, model, status, usage, error, incomplete_details, conversation, service_tier } = response;
  const { output, prompt } = response;
  return {
    ...withoutNulls({ id, model, status, usage, error, incomplete_details, conversation, service_tier }),
    ...(prompt != null && { prompt: { id: prompt.id, version: prompt.version } }),
    output: (output ?? []).map((item) => ({ type: item.type ?? "message" })),
  };
}
