interface ApiClient {
  isVertexAI?(): boolean;
  getBaseUrl?(): string;
}

/** The object whose methods make the requests: of models, or of interactions. */
interface Resource {
  readonly apiClient?: ApiClient;
  readonly parentClient?: ApiClient;
}

/** What the object that makes the requests knows of its client. */
export function apiClientOf(resource: unknown): ApiClient | undefined {
  const { apiClient, parentClient } = resource as Resource;
  return apiClient ?? parentClient;
}

/** Where a request goes: a call may name a server of its own, in its parameters or in options. */
export function baseUrlOf(resource: unknown, args: readonly unknown[]): string | undefined {
  const { config } = Object(args[0]) as { config?: { httpOptions?: { baseUrl?: string } } | null };
  const options = Object(args.at(-1)) as { server_url?: string; defaultBaseURL?: string };
  const own = config?.httpOptions?.baseUrl ?? options.server_url ?? options.defaultBaseURL;
  return own ?? apiClientOf(resource)?.getBaseUrl?.();
}

/** Until 1.11 an error has its status in its message alone. */
export function readErrorCode(error: unknown): string | undefined {
  const { message } = error as { message?: unknown };
  return /^got status: (\d{3})\b/.exec(String(message))?.[1];
}
