import {
  type Fold,
  type Message,
  type MessagePart,
  type RequestFacts,
  type ResponseFacts,
  readParameters,
  type SharedParameters,
  TextBuilder,
  textMessage,
} from "@kit/genai";

interface ToolUse {
  name?: string;
  parameters?: unknown;
}

/** What Cohere's Command R models are asked: one message, and those before it. */
export interface CohereRequest extends SharedParameters {
  message?: string;
  chat_history?: readonly { role?: string; message?: string }[];
  preamble?: string;
  tools?: readonly { name?: string; description?: string; parameter_definitions?: unknown }[];
  tool_results?: readonly { call?: ToolUse; outputs?: unknown }[];
  p?: number;
  k?: number;
}

/** What they answer. */
export interface CohereAnswer {
  response_id?: string;
  text?: string;
  finish_reason?: string | null;
  tool_calls?: readonly ToolUse[];
  meta?: { billed_units?: { input_tokens?: number; output_tokens?: number } };
}

/** One event of a stream, of which the last has the whole answer again. */
export interface CohereEvent {
  event_type?: string;
  text?: string;
  finish_reason?: string;
  response?: CohereAnswer;
}

export function readCohereRequest(
  asked: CohereRequest,
  model: string | undefined,
  stream: boolean,
): RequestFacts {
  return {
    ...readParameters("chat", asked),
    model,
    stream,
    topP: asked.p,
    topK: asked.k,
    content: () => ({
      systemInstructions: asked.preamble ? [{ type: "text", content: asked.preamble }] : [],
      inputMessages: readMessages(asked),
      toolDefinitions: (asked.tools ?? []).map(({ name = "", description, parameter_definitions }) => ({
        type: "function",
        name,
        parameters: parameter_definitions,
        ...(description && { description }),
      })),
    }),
  };
}

function readMessages({ chat_history = [], message, tool_results = [] }: CohereRequest): Message[] {
  const earlier = chat_history.map(({ role, message }) =>
    textMessage(role === "CHATBOT" ? "assistant" : (role ?? "user").toLowerCase(), message ?? ""),
  );
  const asked = message ? [textMessage("user", message)] : [];
  const parts = tool_results.map(
    ({ outputs }): MessagePart => ({ type: "tool_call_response", response: outputs }),
  );
  return [...earlier, ...asked, ...(parts.length > 0 ? [{ role: "tool", parts }] : [])];
}

export function readCohereAnswer(answer: CohereAnswer): ResponseFacts {
  const { response_id: id, finish_reason: reason, text, tool_calls, meta } = answer;
  const billed = meta?.billed_units;
  return {
    id,
    finishReasons: [reason],
    usage: billed && { input: billed.input_tokens, output: billed.output_tokens },
    content: () => {
      const calls = (tool_calls ?? []).map(
        ({ name = "", parameters }): MessagePart => ({ type: "tool_call", name, arguments: parameters }),
      );
      const said: MessagePart[] = text ? [{ type: "text", content: text }] : [];
      return { outputMessages: [{ role: "assistant", parts: [...said, ...calls] }] };
    },
  };
}

/** Puts an answer together, also one whose stream is left before its last event. */
export class CohereFold implements Fold<CohereEvent, CohereAnswer> {
  readonly #content: boolean;
  readonly #text = new TextBuilder();
  #whole: CohereAnswer = {};

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ event_type: type, text, finish_reason: reason, response }: CohereEvent): void {
    if (this.#content && type === "text-generation") this.#text.add(text);
    const { response_id, meta, tool_calls } = response ?? {};
    if (type === "stream-end")
      this.#whole = {
        response_id,
        meta,
        finish_reason: response?.finish_reason ?? reason,
        ...(this.#content && { tool_calls: structuredClone(tool_calls) }),
      };
  }

  body(): CohereAnswer {
    return { ...this.#whole, text: String(this.#text) };
  }
}
