import { diag } from "@opentelemetry/api";
import { checkText, readOptions, requireNumber, requireObject, requireText } from "./arguments.js";
import { type Event, MESSAGE_TYPES, type MessageType, OUTCOMES, type Outcome } from "./event.js";
import { EventLog, type SendWireEvents } from "./event-log.js";
import {
  defaultMessageType,
  requireOneOf,
  toAuthorRole,
  toParameters,
  toResultText,
  toTokenUsage,
} from "./message-shape.js";
import type { SessionComplete, SessionStatus } from "./responses.js";

/** Options of calls that have none but this. */
export interface CallOptions {
  /** Gives up with the signal's reason; what was not accepted by then stays, to be sent again. */
  readonly signal?: AbortSignal | undefined;
}

/** What a session needs of the client. */
export interface SessionBackend {
  readonly sendWireEvents: SendWireEvents;
  getSessionStatus(sessionId: string, options?: CallOptions): Promise<SessionStatus | null>;
  completeSession(sessionId: string, options: CompleteSessionOptions): Promise<SessionComplete>;
}

/** How a session ended, and what the conversation shows as its summary. */
export interface CompleteSessionOptions extends CallOptions {
  /** Number of the last event. Of interest to old servers only. */
  readonly finalSequence?: number | undefined;
  readonly eventCount?: number | undefined;
  /** @default "success" */
  readonly outcome?: string;
  readonly summary?: string | undefined;
}

/** When a session sends its events by itself. */
export interface SessionOptions {
  /** Events that start a flush. @default the client's `batchSize` */
  readonly batchSize?: number;
  /** @default true */
  readonly autoFlush?: boolean;
}

/** What is known when a session starts. Honoured by the server in the first request only. */
export interface StartOptions {
  readonly agentType: string;
  readonly agentVersion?: string;
  readonly workingDirectory?: string;
  readonly gitBranch?: string;
  /** Session id of the session that spawned this one. */
  readonly parentSessionId?: string;
  /** Title of the conversation. */
  readonly slug?: string;
  /** Free-form; a text `t` becomes `{ mode: t }`. */
  readonly contextSemantics?: Record<string, unknown> | string;
  /** Sent under its own name; current servers discard it. */
  readonly [metadata: string]: unknown;
}

/** One message of the conversation; its author and type on the wire follow from `role`. */
export interface MessageOptions {
  /** user, human, assistant, model, ai, system, developer, tool, function, caller or agent */
  readonly role: string;
  readonly content: string;
  /** @default by role: prompt, response, context or tool_result */
  readonly messageType?: MessageType;
  readonly model?: string;
  /** Keys in camelCase or snake_case: `{ inputTokens, outputTokens }`. */
  readonly tokenUsage?: Readonly<Record<string, number | null | undefined>>;
  readonly thinkingContent?: string;
  readonly stopReason?: string;
  readonly thinkingMetadata?: Record<string, unknown>;
  /** @default now */
  readonly emittedAt?: Date | string;
}

const STORED_TYPES = new Set(["message", "tool_call", "tool_result", "thinking", "error"]);

/**
 * One conversation, event by event. Events are buffered: a call that fills the batch resolves when the batch is sent,
 * and rejects with the client's errors if that fails; nothing is lost then, the next flush sends it again.
 */
export class Session {
  readonly sessionId: string;
  readonly #backend: SessionBackend;
  readonly #log: EventLog;
  readonly #batchSize: number;
  #state: "new" | "started" | "ended" | "completed" = "new";
  #storedEvents = 0;
  #toolCalls = 0;

  constructor(backend: SessionBackend, sessionId: string, given: SessionOptions = {}) {
    const options = readOptions(given);
    this.sessionId = sessionId;
    this.#backend = backend;
    this.#log = new EventLog(sessionId, backend.sendWireEvents);
    this.#batchSize =
      options.autoFlush === false
        ? Number.POSITIVE_INFINITY
        : requireNumber("batchSize", options.batchSize ?? 20, 1);
  }

  /** Number of the last event; 0 before the first. */
  get sequence(): number {
    return this.#log.sequence;
  }

  /** The server's id of the conversation, known after the first flush. */
  get conversationId(): string | undefined {
    return this.#log.conversationId;
  }

  get started(): boolean {
    return this.#state !== "new";
  }

  get completed(): boolean {
    return this.#state === "completed";
  }

  async start(options: StartOptions): Promise<void> {
    requireText("agentType", requireObject("options", options).agentType);
    if (this.#state !== "new") {
      diag.warn(`CatSyphon session ${this.sessionId} was started already`);
      return;
    }
    const { agentType, agentVersion, workingDirectory, gitBranch, parentSessionId, ...rest } = options;
    const { slug, contextSemantics, ...metadata } = rest;
    this.#append("session_start", {
      ...metadata,
      agent_type: agentType,
      agent_version: agentVersion,
      working_directory: workingDirectory,
      git_branch: gitBranch,
      parent_session_id: parentSessionId,
      slug,
      context_semantics: typeof contextSemantics === "string" ? { mode: contextSemantics } : contextSemantics,
    });
    // Not before: a start that is refused here may be given again.
    this.#state = "started";
    await this.#flushIfFull();
  }

  /** @throws TypeError for an unknown role or message type. */
  async message(options: MessageOptions): Promise<void> {
    const role = toAuthorRole(requireObject("options", options).role);
    checkText("content", options.content);
    const type = options.messageType ?? defaultMessageType(role);
    const data = {
      author_role: role,
      message_type: requireOneOf("messageType", type, MESSAGE_TYPES),
      content: options.content,
      model: options.model,
      token_usage: options.tokenUsage && toTokenUsage(options.tokenUsage),
      thinking_content: options.thinkingContent,
      stop_reason: options.stopReason,
      thinking_metadata: options.thinkingMetadata,
    };
    await this.#add("message", data, options.emittedAt);
  }

  /** @returns the id to hand to `toolResult`: the given one, or a new one */
  async toolCall(options: { name: string; parameters?: unknown; toolUseId?: string }): Promise<string> {
    requireText("name", requireObject("options", options).name);
    checkText("toolUseId", options.toolUseId);
    const toolUseId = options.toolUseId ?? `tool_${this.sequence + 1}`;
    this.#toolCalls++;
    await this.#add("tool_call", {
      author_role: "assistant",
      message_type: "tool_call",
      tool_name: options.name,
      tool_use_id: toolUseId,
      parameters: toParameters(options.parameters),
    });
    return toolUseId;
  }

  /** A `result` that is no text is sent as JSON. `success` defaults to whether there is no `errorMessage`. */
  async toolResult(options: {
    toolUseId: string;
    success?: boolean;
    result?: unknown;
    errorMessage?: string;
  }): Promise<void> {
    requireText("toolUseId", requireObject("options", options).toolUseId);
    checkText("errorMessage", options.errorMessage);
    await this.#add("tool_result", {
      author_role: "tool",
      message_type: "tool_result",
      tool_use_id: options.toolUseId,
      success: options.success ?? options.errorMessage === undefined,
      result: toResultText(options.result),
      error_message: options.errorMessage,
    });
  }

  /** Shown as an ordinary reply. For a collapsible block use `thinkingContent` of the reply's `message`. */
  async thinking(options: { content: string; thinkingId?: string }): Promise<void> {
    checkText("content", requireObject("options", options).content);
    await this.#add("thinking", { content: options.content, thinking_id: options.thinkingId });
  }

  async error(options: {
    errorType: string;
    message: string;
    details?: Record<string, unknown>;
  }): Promise<void> {
    requireText("errorType", requireObject("options", options).errorType);
    checkText("message", options.message);
    await this.#add("error", {
      // Without a role the server shows errors as the user's words.
      author_role: "system",
      message_type: "error",
      error_type: options.errorType,
      message: options.message,
      details: options.details,
    });
  }

  /**
   * Sends what waits and the end of the session, then completes it at the server, which sets the end time to now.
   * For a session imported afterwards, pass `callEndpoint: false`.
   * @throws TypeError for an unknown outcome.
   */
  async complete(
    options: {
      outcome?: Outcome;
      summary?: string;
      plans?: Record<string, unknown>[];
      filesTouched?: string[];
      callEndpoint?: boolean;
      signal?: AbortSignal | undefined;
    } = {},
  ): Promise<void> {
    if (this.#state === "completed") {
      diag.warn(`CatSyphon session ${this.sessionId} was completed already`);
      return;
    }
    const { summary, plans, filesTouched, signal, callEndpoint, ...given } = readOptions(options);
    const outcome = requireOneOf("outcome", given.outcome ?? "success", OUTCOMES);
    checkText("summary", summary);
    await this.flush({ signal });
    if (this.#state !== "ended") {
      this.#state = "ended";
      this.#append("session_end", {
        outcome,
        summary,
        plans,
        files_touched: filesTouched,
        total_messages: this.#storedEvents,
        total_tool_calls: this.#toolCalls,
      });
    }
    await this.flush({ signal });
    if (callEndpoint !== false) {
      const count = this.sequence;
      const facts = { finalSequence: count, eventCount: count, outcome, summary, signal };
      await this.#backend.completeSession(this.sessionId, facts);
    }
    this.#state = "completed";
  }

  /** Sends all that waits. @throws CatSyphonError; what was not accepted stays. */
  async flush(options: CallOptions = {}): Promise<void> {
    const { signal } = readOptions(options);
    return this.#log.flush((given) => this.#log.sendPending(given), signal);
  }

  /**
   * Continues a session begun by another process with old servers, which insist on gapless numbers. Current
   * ones need no such thing. To be called before the first event is sent.
   */
  async resume(options: CallOptions = {}): Promise<void> {
    const status = await this.#backend.getSessionStatus(this.sessionId, options);
    this.#log.continueFrom(status?.lastSequence ?? 0);
  }

  /** For `await using`, which cannot tell success from failure: completes with `partial` if nobody did. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    if (this.started && !this.completed) await this.complete({ outcome: "partial" });
  }

  async #add(type: Event["type"], data: Record<string, unknown>, emittedAt?: Date | string): Promise<void> {
    this.#append(type, data, emittedAt);
    await this.#flushIfFull();
  }

  async #flushIfFull(): Promise<void> {
    if (this.#log.length >= this.#batchSize) await this.flush();
  }

  #append(type: Event["type"], data: Record<string, unknown>, emittedAt?: Date | string): void {
    this.#log.add({ type, data, ...(emittedAt === undefined ? {} : { emittedAt }) });
    if (STORED_TYPES.has(type)) this.#storedEvents++;
  }
}
