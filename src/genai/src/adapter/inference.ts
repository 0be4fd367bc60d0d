/** Operations that ask a model for an answer; all others share one general duration metric. */
const INFERENCE: ReadonlySet<string> = new Set(["chat", "generate_content", "text_completion"]);

/** Whether an operation is an inference by the conventions. */
export function isInference(operation: string): boolean {
  return INFERENCE.has(operation);
}
