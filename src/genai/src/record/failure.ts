import type { ContentPolicy } from "../content/content-policy.js";
import { type ErrorText, readError, readErrorType } from "./errors.js";

/** How an operation failed, and what its span and its event may say about it. */
export interface Failure {
  readonly type: string;
  readonly onSpan: ErrorText;
  readonly onEvent: ErrorText;
}

/** `readCarefully` reads what may be recorded where content may not; if it fails, only the type is recorded. */
export function tellFailure(
  type: string,
  error: unknown,
  { onSpan, onEvent, redact }: ContentPolicy,
  readCarefully: () => ErrorText,
): Failure {
  const isOpen = redact === undefined;
  const careful = isOpen && onSpan && onEvent ? undefined : attempt(readCarefully);
  const tell = (shown: boolean) => (isOpen && shown ? readError(error) : (careful ?? readErrorType(error)));
  return { type, onSpan: tell(onSpan), onEvent: tell(onEvent) };
}

function attempt(read: () => ErrorText): ErrorText | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
