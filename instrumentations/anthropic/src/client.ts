/** The members of a client that show which platform it calls. */
export interface PlatformClient {
  baseURL?: string;
  /** From 0.134: `anthropic`, except in the clients of Bedrock and Vertex AI. */
  _genAIProviderName?: unknown;
  /** From 0.134: what every method starts its span with. */
  _tracer?: object;
  openTelemetry?: { tracerProvider?: object };
}

/** Foundry's hosts. They also serve Azure's OpenAI models, so the host alone does not name the provider. */
const FOUNDRY = /^https?:\/\/[^/:]+\.services\.ai\.azure\.com(?:[/:]|$)/;

/** `gen_ai.provider.name`, if the client or its base URL shows it better than the host alone. */
export function providerOf(client: PlatformClient = {}): string | undefined {
  const { _genAIProviderName: name, baseURL = "" } = client;
  if (typeof name === "string" && name !== "anthropic") return name;
  // Earlier clients, also on a later SDK, are recognised by members that only they have.
  if ("awsSecretKey" in client) return "aws.bedrock";
  if ("projectId" in client) return "gcp.vertex_ai";
  return FOUNDRY.test(baseURL) ? "anthropic" : undefined;
}

interface ProviderError {
  error?: { type?: string; error?: { type?: string } };
  message?: string;
  cause?: { message?: string };
}

/**
 * `error.type` of a failure without HTTP status, such as an `error` event in a stream: the provider's own type, such as
 * `overloaded_error`. Versions before 0.33 have it only in the message.
 */
export function readErrorCode(error: unknown): string | undefined {
  const { error: body, message, cause } = (error ?? {}) as ProviderError;
  const type = body?.error?.type ?? body?.type;
  if (typeof type === "string" && type !== "error") return type;
  return /"type": ?"(\w+_error)"/.exec(`${message} ${cause?.message}`)?.[1];
}
