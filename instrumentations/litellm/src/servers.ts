/** The server that a call goes to. */
export interface Server {
  /** Absent for OpenAI's SDK, which may call any server: there the base URL decides. */
  readonly provider?: string;
  readonly baseUrl?: string;
}

/** The module ignores the caller's base URL here, so the SDK uses its default. */
const OPENAI_EMBEDDINGS: Server = {
  get baseUrl() {
    return process.env.OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  },
};

/** As in the module itself, the first of these that a model's name contains decides. */
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

/** Reads the provider and its address from the arguments of a call. The module rejects models that are not in the table. */
export function serverOf([params]: readonly unknown[]): Server {
  const { model, baseUrl } = (params ?? {}) as { model?: unknown; baseUrl?: string };
  const known = SERVERS.find(([marker]) => typeof model === "string" && model.includes(marker));
  if (known === undefined) return { provider: "litellm" };
  return baseUrl == null ? known[1] : { ...known[1], baseUrl };
}
