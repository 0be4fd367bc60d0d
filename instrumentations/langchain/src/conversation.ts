/** What applications call the thread of a conversation, LangGraph's and LangSmith's words alike. */
const NAMES = ["thread_id", "conversation_id", "session_id", "sessionId"];

/** Reads the conversation that metadata or settings of a run tell of. */
export function readConversation(told: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (told === undefined) return undefined;
  for (const name of NAMES) if (told[name] != null) return String(told[name]);
  return undefined;
}
