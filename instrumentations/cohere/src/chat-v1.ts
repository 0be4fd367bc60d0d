import {
  type Call,
  type Fold,
  type Message,
  type MessagePart,
  objectsOf,
  TextBuilder,
  textMessage,
} from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import { type Billed, type Parameters, readFailure, readParameters, readUsage } from "./parameters.js";

interface ToolCall {
  name?: string;
  parameters?: unknown;
}

interface ToolResult {
  call?: ToolCall;
  outputs?: readonly unknown[];
}

interface Turn {
  role?: string;
  message?: string;
  toolCalls?: readonly ToolCall[] | null;
  toolResults?: readonly ToolResult[] | null;
}

interface ChatParams extends Parameters, Turn {
  preamble?: string;
  chatHistory?: readonly Turn[];
  conversationId?: string;
  tools?: readonly { name?: string; description?: string; parameterDefinitions?: unknown }[];
}

interface ChatAnswer {
  responseId?: string | null;
  generationId?: string | null;
  text?: string | null;
  toolCalls?: readonly ToolCall[] | null;
  citations?: readonly unknown[] | null;
  finishReason?: string | null;
  meta?: Billed | null;
}

interface ChatEvent {
  eventType?: string;
  generationId?: string;
  text?: string;
  finishReason?: string;
  /** The whole answer, with the last event. */
  response?: ChatAnswer;
}

const ROLES: Readonly<Record<string, string>> = {
  USER: "user",
  CHATBOT: "assistant",
  SYSTEM: "system",
  TOOL: "tool",
};

/** `chat()` and `chatStream()` of the first API. */
export const chatV1 = (stream: boolean): Call<[ChatParams], ChatAnswer, ChatEvent> => ({
  request: (params) => ({
    ...readParameters("chat", stream, params),
    conversationId: params.conversationId,
    content: () => ({
      systemInstructions: params.preamble ? [{ type: "text", content: params.preamble }] : [],
      inputMessages: readTurns(params),
      toolDefinitions: objectsOf(params.tools).map(({ name = "", description, parameterDefinitions }) => ({
        type: "function",
        name,
        parameters: parameterDefinitions,
        ...(description !== undefined && { description }),
      })),
    }),
  }),
  response: (answer) => {
    const { responseId, generationId, finishReason, meta, text, toolCalls, citations } = inCamelCase(answer);
    return {
      id: responseId ?? generationId,
      finishReasons: [finishReason],
      usage: readUsage(meta),
      error: readFailure(finishReason),
      content: () => {
        const parts = readTurn({ message: text ?? "", toolCalls: toolCalls ?? null });
        if (citations?.length) parts.push({ type: "citations", citations: [...citations] });
        return { outputMessages: [{ role: "assistant", parts }] };
      },
    };
  },
  ...(stream && { fold: (content: boolean) => new ChatFold(content) }),
});

/** The history, then what is said now. */
function readTurns({ chatHistory, message, toolResults = null }: ChatParams): Message[] {
  const turns = objectsOf(chatHistory).map(({ role = "USER", ...turn }) => ({
    role: ROLES[role] ?? role,
    parts: readTurn(turn),
  }));
  if (message) turns.push(textMessage("user", message));
  const results = readTurn({ toolResults });
  return results.length === 0 ? turns : [...turns, { role: "tool", parts: results }];
}

/** Calls have no ids: results repeat the call instead. */
function readTurn({ message, toolCalls, toolResults }: Turn): MessagePart[] {
  return [
    ...(message ? [{ type: "text", content: message } as const] : []),
    ...objectsOf(toolCalls).map(
      ({ name = "", parameters }): MessagePart => ({ type: "tool_call", name, arguments: parameters }),
    ),
    ...objectsOf(toolResults).map(
      ({ outputs }): MessagePart => ({ type: "tool_call_response", response: outputs ?? null }),
    ),
  ];
}

/** The last event tells all; a stream that is left before has its text so far. */
class ChatFold implements Fold<ChatEvent, ChatAnswer> {
  readonly #text: TextBuilder | undefined;
  #answer: ChatAnswer = { finishReason: null };

  constructor(content: boolean) {
    this.#text = content ? new TextBuilder() : undefined;
  }

  add(event: ChatEvent): void {
    const { eventType, generationId, text, finishReason, response } = inCamelCase(event);
    if (generationId) this.#answer.generationId = generationId;
    if (eventType === "text-generation") this.#text?.add(text);
    if (eventType !== "stream-end") return;
    const { responseId, meta, toolCalls, citations, finishReason: told } = inCamelCase(response);
    Object.assign(this.#answer, { responseId, meta, finishReason: finishReason ?? told ?? null });
    // The application may work on them after this.
    if (this.#text !== undefined) Object.assign(this.#answer, structuredClone({ toolCalls, citations }));
  }

  body(): ChatAnswer {
    return this.#text === undefined ? this.#answer : { ...this.#answer, text: String(this.#text) };
  }
}
