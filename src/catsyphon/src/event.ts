/** The events a session consists of. */
export const EventType = {
  SESSION_START: "session_start",
  SESSION_END: "session_end",
  MESSAGE: "message",
  TOOL_CALL: "tool_call",
  TOOL_RESULT: "tool_result",
  THINKING: "thinking",
  ERROR: "error",
  /** Accepted by the server, but not stored. */
  METADATA: "metadata",
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

export const AUTHOR_ROLES = ["human", "caller", "assistant", "agent", "tool", "system"] as const;
/** Who wrote a message, in the server's words. */
export type AuthorRole = (typeof AUTHOR_ROLES)[number];

export const MESSAGE_TYPES = [
  "prompt",
  "response",
  "tool_call",
  "tool_result",
  "plan",
  "summary",
  "context",
  "error",
] as const;
/** What a message is for, in the server's words. */
export type MessageType = (typeof MESSAGE_TYPES)[number];

export const OUTCOMES = ["success", "partial", "failed", "abandoned"] as const;
/** `success` and `failed`/`abandoned` set the session's success flag; `partial` leaves it open. */
export type Outcome = (typeof OUTCOMES)[number];

/** Members that the server honours on the data of any stored event. */
interface CommonData {
  author_role?: AuthorRole;
  message_type?: MessageType;
  model?: string;
  /** Shown and summed are `input_tokens` and `output_tokens`. */
  token_usage?: Record<string, number>;
  /** `max_tokens` shows as a truncation mark. */
  stop_reason?: string;
  /** Shown as a collapsible block of an assistant message. */
  thinking_content?: string;
  thinking_metadata?: Record<string, unknown>;
  [extra: string]: unknown;
}

/** Data of `session_start`. Honoured only in the first request of a session. */
export interface SessionStartData {
  agent_type: string;
  agent_version?: string;
  working_directory?: string;
  git_branch?: string;
  parent_session_id?: string;
  /** Title of the conversation. */
  slug?: string;
  /** The only free-form member that the server keeps for a conversation. */
  context_semantics?: Record<string, unknown>;
  [extra: string]: unknown;
}

/** Data of `session_end`. */
export interface SessionEndData {
  outcome: string;
  summary?: string;
  plans?: Record<string, unknown>[];
  files_touched?: string[];
  total_messages?: number;
  total_tool_calls?: number;
  [extra: string]: unknown;
}

/** Data of `message`. */
export interface MessageData extends CommonData {
  author_role: AuthorRole;
  message_type: MessageType;
  content?: string;
  raw_data?: Record<string, unknown>;
}

/** Data of `tool_call`. */
export interface ToolCallData extends CommonData {
  tool_name: string;
  tool_use_id: string;
  parameters?: Record<string, unknown>;
}

/** Data of `tool_result`. */
export interface ToolResultData extends CommonData {
  tool_use_id: string;
  success?: boolean;
  result?: string;
  error_message?: string;
}

/** Data of `thinking`. */
export interface ThinkingData extends CommonData {
  content?: string;
  thinking_id?: string;
}

/** Data of `error`. */
export interface ErrorData extends CommonData {
  error_type?: string;
  message?: string;
  details?: Record<string, unknown>;
}

/** Data of any event, in the names of the wire. */
export type EventData =
  | SessionStartData
  | SessionEndData
  | MessageData
  | ToolCallData
  | ToolResultData
  | ThinkingData
  | ErrorData
  | Record<string, unknown>;

/** One event of a session. */
export interface Event {
  readonly type: EventType | (string & {});
  /** Sent as it is: members keep the wire's names. `undefined` and `null` are left out. */
  readonly data: EventData;
  /** When it happened; decides the order within a request. As text it may hold microseconds. @default now */
  readonly emittedAt?: Date | string;
  /** When it became an event. @default now */
  readonly observedAt?: Date | string;
  /** Of interest to old servers only. @default counted per writer */
  readonly sequence?: number;
  /** 1 to 32 characters. The server stores events of equal hash once. @default from session, type, time and data */
  readonly eventHash?: string;
}
