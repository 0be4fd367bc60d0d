/** Where a call goes. */
export interface Server {
  /** Absent where the base URL tells: OpenAI's SDK may be aimed at anything. */
  readonly provider?: string;
  readonly baseUrl?: string;
}

/** Takes no base URL from the caller, and so goes where the SDK goes by itself. */
const OPENAI_EMBEDDINGS: Server = {
  get baseUrl() {
    return process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  },
};

/** The module's own table: the first of these that is found in a model's name, wherever, chooses the provider. */
const SERVERS: readonly (readonly [marker: string, server: Server])[] = [
  ["claude-", { provider: "anthropic", baseUrl: "https://api.anthropic.com" }],
  ["gpt-", { baseUrl: "https://api.openai.com/v1" }],
  ["openai/", { baseUrl: "https://api.openai.com/v1" }],
  ["text-embedding-", OPENAI_EMBEDDINGS],
  ["command", { provider: "cohere", baseUrl: "https://api.cohere.ai" }],
  ["ollama/", { provider: "ollama", baseUrl: "http://127.0.0.1:11434" }],
  ["j2-", { provider: "ai21", baseUrl: "https://api.ai21.com" }],
  ["replicate/", { provider: "replicate", baseUrl: "https://api.replicate.com" }],
  ["deepinfra/", { provider: "deepinfra", baseUrl: "https://api.deepinfra.com" }],
  ["mistral/", { provider: "mistral_ai", baseUrl: "https://api.mistral.ai" }],
];

/** Reads from the arguments of a call which provider it asks, and where. The module refuses models it does not know. */
export function serverOf([params]: readonly unknown[]): Server {
  const { model, baseUrl } = (params ?? {}) as { model?: unknown; baseUrl?: string };
  const known = SERVERS.find(([marker]) => typeof model === "string" && model.includes(marker));
  if (known === undefined) return { provider: "litellm" };
  return baseUrl == null ? known[1] : { ...known[1], baseUrl };
}
