import {
  type Call,
  type Fold,
  type Message,
  type MessagePart,
  objectsOf,
  TextBuilder,
  type ToolDefinition,
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
  tools?: readonly Tool[];
}

interface Tool {
  name?: string;
  description?: string;
  parameterDefinitions?: unknown;
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
  toolCalls?: readonly ToolCall[];
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

/** Events that bring a piece of the text; that before calls of tools has its own. */
const PIECES: ReadonlySet<string> = new Set(["text-generation", "tool-calls-chunk"]);

/** `chat()` and `chatStream()` of the first API. */
export const chatV1 = (stream: boolean): Call<[ChatParams], ChatAnswer, ChatEvent> => ({
  request: (given) => {
    const params = inCamelCase(given);
    return {
      ...readParameters("chat", stream, params),
      conversationId: params.conversationId,
      content: () => ({
        systemInstructions: params.preamble ? [{ type: "text", content: params.preamble }] : [],
        inputMessages: readTurns(params),
        toolDefinitions: objectsOf(params.tools).map(readTool),
      }),
    };
  },
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
  const turns = objectsOf(chatHistory).map((given) => {
    const { role = "USER", ...turn } = inCamelCase(given);
    return { role: ROLES[role] ?? role, parts: readTurn(turn) };
  });
  if (message) turns.push(textMessage("user", message));
  const results = readTurn({ toolResults });
  return results.length === 0 ? turns : [...turns, { role: "tool", parts: results }];
}

function readTool(tool: Tool): ToolDefinition {
  const { name = "", description, parameterDefinitions: parameters } = inCamelCase(tool);
  return { type: "function", name, parameters, ...(description !== undefined && { description }) };
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
    const { eventType, generationId, text, toolCalls, finishReason, response } = inCamelCase(event);
    if (generationId) this.#answer.generationId = generationId;
    if (eventType !== undefined && PIECES.has(eventType)) this.#text?.add(text);
    if (eventType === "tool-calls-generation") this.#keep({ toolCalls });
    if (eventType !== "stream-end") return;
    const { responseId, meta, finishReason: told, ...answer } = inCamelCase(response);
    Object.assign(this.#answer, { responseId, meta, finishReason: finishReason ?? told ?? null });
    this.#keep({ text: answer.text, toolCalls: answer.toolCalls, citations: answer.citations });
  }

  /** A copy, as the application may work on an event after this. */
  #keep(content: ChatAnswer): void {
    if (this.#text !== undefined) Object.assign(this.#answer, structuredClone(content));
  }

  body(): ChatAnswer {
    const answer = this.#answer;
    return this.#text === undefined ? answer : { ...answer, text: answer.text || String(this.#text) };
  }
}
