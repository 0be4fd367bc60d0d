/**
 * Whether an operation asks a model for an answer, and so is an inference by the conventions; all others share one general
 * duration metric. Asked several times for each call, so it compares and does not search a set.
 */
export function isInference(operation: string): boolean {
  return operation === "chat" || operation === "generate_content" || operation === "text_completion";
}
