import type { Counted } from "./parameters.js";

/** A message of the history or of the answer. */
export interface ChatMessage {
  role?: string;
  content?: string;
  thinking?: string;
  images?: readonly (Uint8Array | string)[];
  tool_calls?: readonly { id?: string; function?: { name?: string; arguments?: unknown } }[];
}

/** What `chat()` answers: whole, or a piece of it. */
export interface ChatAnswer extends Counted {
  message?: ChatMessage;
}

/** What `generate()` answers: whole, or a piece of it. */
export interface GenerateAnswer extends Counted {
  response?: string;
  thinking?: string;
}
