import { createHash, randomUUID } from "node:crypto";
import type { ReceivedEvent } from "./event-schema.js";

/** A message as the conversation page shows it. */
export interface StoredMessage {
  readonly role: "user" | "assistant" | "system";
  readonly type: string;
  readonly content: string;
  readonly timestamp: string;
  readonly model?: string;
  readonly tokenUsage?: Record<string, number>;
  readonly stopReason?: string;
  readonly thinkingContent?: string;
  readonly toolCall?: { readonly name: string; readonly id: string; readonly parameters: unknown };
  readonly data: Record<string, unknown>;
}

export interface Conversation {
  readonly id: string;
  readonly sessionId: string;
  readonly collectorId: string;
  readonly startTime: string;
  /** What the first request told; later ones cannot change it. */
  readonly metadata: Record<string, unknown>;
  readonly messages: StoredMessage[];
  readonly hashes: Set<string>;
  endTime: string;
  status: "active" | "completed";
  success: boolean | null;
  summary: string | undefined;
  lastSequence: number;
  eventCount: number;
}

const STORED = new Set(["message", "tool_call", "tool_result", "thinking", "error"]);
const ROLES: Record<string, StoredMessage["role"]> = {
  human: "user",
  caller: "user",
  assistant: "assistant",
  agent: "assistant",
  tool: "system",
  system: "system",
};
const DEFAULT_ROLES: Record<string, StoredMessage["role"]> = {
  tool_call: "system",
  tool_result: "system",
  thinking: "assistant",
  error: "user",
};

/** The conversations of all collectors: session ids are unique across the whole server. */
export class Conversations {
  readonly #bySession = new Map<string, Conversation>();

  get(sessionId: string): Conversation | undefined {
    return this.#bySession.get(sessionId);
  }

  byId(id: string): Conversation | undefined {
    return this.all().find((conversation) => conversation.id === id);
  }

  all(): Conversation[] {
    return [...this.#bySession.values()];
  }

  /** Stores a request: all of it or, by throwing, nothing. */
  append(sessionId: string, collectorId: string, events: readonly ReceivedEvent[]): number {
    const sorted = [...events].sort((a, b) => (a.emitted_at < b.emitted_at ? -1 : 1));
    const conversation = this.#bySession.get(sessionId) ?? this.#create(sessionId, collectorId, sorted);
    // Known hashes are looked up before anything is stored: two equal ones in a request are both stored.
    const fresh = sorted.filter(
      (event) => !STORED.has(event.type) || !conversation.hashes.has(hashOf(event)),
    );
    for (const event of fresh) store(conversation, event);
    conversation.lastSequence += fresh.length;
    return fresh.length;
  }

  complete(conversation: Conversation, outcome: string, summary: unknown): void {
    conversation.endTime = new Date().toISOString();
    close(conversation, outcome, summary);
  }

  #create(sessionId: string, collectorId: string, events: readonly ReceivedEvent[]): Conversation {
    const start = events.find((event) => event.type === "session_start") ?? events[0];
    const conversation: Conversation = {
      id: randomUUID(),
      sessionId,
      collectorId,
      startTime: events[0]?.emitted_at ?? "",
      metadata: { agent_type: "unknown", ...start?.data },
      messages: [],
      hashes: new Set(),
      endTime: "",
      status: "active",
      success: null,
      summary: undefined,
      lastSequence: 0,
      eventCount: 0,
    };
    this.#bySession.set(sessionId, conversation);
    return conversation;
  }
}

function store(conversation: Conversation, event: ReceivedEvent): void {
  if (event.emitted_at > conversation.endTime) conversation.endTime = event.emitted_at;
  if (event.type === "session_end") {
    conversation.endTime = event.emitted_at;
    close(conversation, String(event.data.outcome), event.data.summary);
  }
  if (!STORED.has(event.type)) return;
  conversation.hashes.add(hashOf(event));
  conversation.eventCount++;
  conversation.messages.push(toMessage(event));
}

function close(conversation: Conversation, outcome: string, summary: unknown): void {
  conversation.status = "completed";
  if (outcome === "success") conversation.success = true;
  if (outcome === "failed" || outcome === "abandoned") conversation.success = false;
  if (typeof summary === "string" && summary !== "") conversation.summary = summary;
}

function toMessage({ type, data, emitted_at: timestamp }: ReceivedEvent): StoredMessage {
  const role = ROLES[String(data.author_role)] ?? DEFAULT_ROLES[type] ?? "assistant";
  return {
    role,
    type,
    content: toText(type, data),
    timestamp,
    data,
    ...(data.model === undefined ? {} : { model: data.model as string }),
    ...(data.token_usage === undefined ? {} : { tokenUsage: data.token_usage as Record<string, number> }),
    ...(data.stop_reason === undefined ? {} : { stopReason: data.stop_reason as string }),
    ...(data.thinking_content === undefined ? {} : { thinkingContent: data.thinking_content as string }),
    ...(type === "tool_call"
      ? {
          toolCall: {
            name: data.tool_name as string,
            id: data.tool_use_id as string,
            parameters: data.parameters,
          },
        }
      : {}),
  };
}

function toText(type: string, data: Record<string, unknown>): string {
  if (type === "tool_call") return `[Tool Call: ${data.tool_name}] ${JSON.stringify(data.parameters)}`;
  if (type === "tool_result") {
    if (data.error_message) return `[Tool Error] ${data.error_message}`;
    return `[Tool Result] ${String(data.result ?? "").slice(0, 500)}`;
  }
  if (type === "error") return `[Error: ${data.error_type ?? "unknown"}] ${data.message ?? ""}`;
  return String(data.content ?? data.thinking_content ?? "");
}

function hashOf(event: ReceivedEvent): string {
  if (event.event_hash) return event.event_hash;
  const text = JSON.stringify([event.type, event.emitted_at, event.data]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
