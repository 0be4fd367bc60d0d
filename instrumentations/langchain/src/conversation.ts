/** Reads the conversation that metadata or settings of a run tell of, by LangGraph's word or one of LangSmith's. */
export function readConversation(told: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (told === undefined) return undefined;
  const { thread_id, conversation_id, session_id, sessionId } = told;
  const id = thread_id ?? conversation_id ?? session_id ?? sessionId;
  return id == null ? undefined : String(id);
}
