/** An error of this SDK, whose message is all of the answer's body as JSON. */
interface ApiError {
  readonly status?: number;
  readonly stack?: string;
  readonly error?: { readonly error?: Reported | null } | null;
}

interface Reported {
  readonly message?: unknown;
  /** What the model wrote, where Groq could not read a tool call or JSON in it. */
  readonly failed_generation?: unknown;
}

/** An error without what the model wrote, whose message is what Groq says of it; `undefined` for any other error. */
export function withoutAnswer(error: unknown): object | undefined {
  const failure = Object(error) as ApiError;
  const reported = failure.error?.error;
  if (reported?.failed_generation == null) return undefined;
  const { message } = reported;
  return {
    constructor: failure.constructor,
    message: typeof message === "string" ? `${failure.status} ${message}` : undefined,
    stack: failure.stack,
  };
}
