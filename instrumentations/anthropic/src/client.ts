/** The parts of a client that tell which platform serves it. */
export interface PlatformClient {
  baseURL?: string;
  /** Versions 0.134 and later; every client but those of Bedrock and Vertex AI says `anthropic`. */
  _genAIProviderName?: unknown;
  /** What each method of those versions starts spans with. */
  _tracer?: object;
  openTelemetry?: { tracerProvider?: object };
}

/** Foundry's host, which serves Azure's OpenAI models too. */
const FOUNDRY = /^https?:\/\/[^/:]+\.services\.ai\.azure\.com(?:[/:]|$)/;

/** `gen_ai.provider.name` where the client tells it, or its base URL does to those who know that it is this client. */
export function providerOf(client: PlatformClient = {}): string | undefined {
  const { _genAIProviderName: told, baseURL = "" } = client;
  if (typeof told === "string" && told !== "anthropic") return told;
  // Before they told it, members that no other client has.
  if (told === undefined && "awsSecretKey" in client) return "aws.bedrock";
  if (told === undefined && "projectId" in client) return "gcp.vertex_ai";
  return FOUNDRY.test(baseURL) ? "anthropic" : undefined;
}

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
  const { error: body, message, cause } = (error ?? {}) as ProviderError;
  const type = body?.error?.type ?? body?.type;
  if (typeof type === "string" && type !== "error") return type;
  return /"type": ?"(\w+_error)"/.exec(`${message} ${cause?.message}`)?.[1];
}
