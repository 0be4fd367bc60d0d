import { type Fold, TextBuilder } from "@kit/genai";
import type { ResponseItem } from "./response-items.js";
import type { ResponseBody } from "./responses.js";

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

/**
 * Rebuilds the response. The last event carries all of it; when the stream ends before, the finished items and
 * the text of the unfinished ones are what arrived.
 */
export function foldResponse(content: boolean): Fold<ResponseEvent, ResponseBody> {
  let body: ResponseBody = {};
  const items: (ResponseItem | undefined)[] = [];
  const texts: (TextBuilder | undefined)[] = [];
  return {
    add(event) {
      if (event.response !== undefined) {
        const { status } = event.response;
        const settled = TERMINAL.has(event.type ?? "") || status === "queued";
        body = { ...bounded(event.response, content), ...(!settled && { status: null }) };
        return;
      }
      // Versions before 7 hand a failure over as an event like any other.
      if (event.type === "error") body = { ...body, ...readFailure(event) };
      const index = event.output_index;
      if (index === undefined) return;
      if (event.type === "response.output_item.done" && event.item !== undefined) {
        items[index] = content ? event.item : { type: event.item.type ?? "message" };
        texts[index] = undefined;
      } else if (content && event.type === "response.output_text.delta" && typeof event.delta === "string") {
        texts[index] ??= new TextBuilder();
        texts[index].add(event.delta);
      }
    },
    body() {
      if (body.output !== undefined && body.output.length > 0) return body;
      return { ...body, output: unfinished(items, texts) };
    },
  };
}

function readFailure({ code, message }: ResponseEvent): ResponseBody {
  return { status: "failed", error: { code: code ?? "error", ...(message !== undefined && { message }) } };
}

/** Without content only what the facts are read from: an open stream must not hold the conversation. */
function bounded(response: ResponseBody, content: boolean): ResponseBody {
  if (content) return response;
  const { id, model, status, usage, error, incomplete_details, conversation, service_tier, output } =
    response;
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(status !== undefined && { status }),
    ...(usage !== undefined && { usage }),
    ...(error !== undefined && { error }),
    ...(incomplete_details !== undefined && { incomplete_details }),
    ...(conversation !== undefined && { conversation }),
    service_tier,
    output: (output ?? []).map((item) => ({ type: item.type ?? "message" })),
  };
}

function unfinished(
  items: readonly (ResponseItem | undefined)[],
  texts: readonly (TextBuilder | undefined)[],
): ResponseItem[] {
  const output: ResponseItem[] = [];
  for (let index = 0; index < Math.max(items.length, texts.length); index += 1) {
    const item = items[index];
    const text = texts[index];
    if (item !== undefined) output.push(item);
    else if (text !== undefined) output.push({ type: "message", role: "assistant", content: String(text) });
  }
  return output;
}
