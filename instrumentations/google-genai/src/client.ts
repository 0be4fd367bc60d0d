/** The object whose methods make the requests, and what it knows of its client. */
export interface Models {
  readonly apiClient?: {
    isVertexAI?(): boolean;
    getBaseUrl?(): string;
  };
}

/** Where a request goes: a call may name a server of its own. */
export function baseUrlOf(models: Models, params: unknown): string | undefined {
  const { config } = (params ?? {}) as { config?: { httpOptions?: { baseUrl?: string } } | null };
  return config?.httpOptions?.baseUrl ?? models.apiClient?.getBaseUrl?.();
}

/** Until 1.11 an error has its status in its message alone. */
export function readErrorCode(error: unknown): string | undefined {
  const { message } = error as { message?: unknown };
  return /^got status: (\d{3})\b/.exec(String(message))?.[1];
}
