import type { Members } from "../names.js";

/** Reads the conversation id from a run's metadata, or from the configuration that its method was called with. */
export function readConversation(
  metadata: Members | undefined,
  [, config]: readonly unknown[] = [],
): string | undefined {
  return idIn(metadata) ?? idIn((config as { configurable?: Members } | null | undefined)?.configurable);
}

/** `thread_id` is LangGraph's name for it; the others are LangSmith's. */
function idIn(members: Members | undefined): string | undefined {
  const { thread_id, conversation_id, session_id, sessionId } = members ?? {};
  const id = thread_id ?? conversation_id ?? session_id ?? sessionId;
  return id == null ? undefined : String(id);
}
