import type { Members } from "./names.js";

/** Reads the conversation that a run's metadata or its caller's settings tell of. */
export function readConversation(
  metadata: Members | undefined,
  [, config]: readonly unknown[] = [],
): string | undefined {
  return idIn(metadata) ?? idIn((config as { configurable?: Members } | null | undefined)?.configurable);
}

/** By LangGraph's word, or one of LangSmith's. */
function idIn(told: Members | undefined): string | undefined {
  const { thread_id, conversation_id, session_id, sessionId } = told ?? {};
  const id = thread_id ?? conversation_id ?? session_id ?? sessionId;
  return id == null ? undefined : String(id);
}
