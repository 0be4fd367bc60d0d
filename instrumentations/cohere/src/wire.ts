import type { Billed } from "./parameters.js";

/** A part of a message. */
export interface Content {
  type?: string;
  text?: string;
  thinking?: string;
  imageUrl?: { url?: string };
  document?: { id?: string; data?: unknown };
}

export interface ToolCall {
  id?: string;
  function?: { name?: string; arguments?: string };
}

/** A message of the history or of the answer. */
export interface ChatMessage {
  role?: string;
  content?: string | readonly Content[] | null;
  toolCallId?: string;
  /** The result of a tool until 7.13. */
  toolContent?: string | readonly Content[] | null;
  toolCalls?: readonly ToolCall[] | null;
  toolPlan?: string | null;
  citations?: readonly unknown[] | null;
}

/** What `v2.chat()` answers. */
export interface ChatAnswer {
  id?: string | null;
  message?: ChatMessage | null;
  finishReason?: string | null;
  usage?: Billed | null;
  /** Why it failed, in streams only. */
  error?: string | null;
}

/** An event of `v2.chatStream()`. */
export interface ChatEvent {
  type?: string;
  id?: string | null;
  index?: number;
  delta?: {
    message?: {
      content?: Content;
      toolPlan?: string;
      toolCalls?: ToolCall;
      citations?: object;
    };
    finishReason?: string | null;
    usage?: Billed | null;
    error?: string | null;
  };
}
