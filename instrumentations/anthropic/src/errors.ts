interface ProviderError {
  error?: { type?: string; error?: { type?: string } };
  message?: string;
  cause?: { message?: string };
}

/**
 * `error.type` of a failure that has no HTTP status, as an `error` event in the middle of a stream: the
 * provider's own word, such as `overloaded_error`. Versions before 0.33 have it in the text only.
 */
export function readErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { error: body, message, cause } = error as ProviderError;
  const type = body?.error?.type ?? body?.type;
  if (typeof type === "string" && type !== "error") return type;
  return /"type": ?"(\w+_error)"/.exec(`${message} ${cause?.message}`)?.[1];
}
