/** Where a call goes. */
export interface Endpoint {
  /** The `gen_ai.provider.name` of the host; absent for unknown hosts. */
  provider: string | undefined;
  address: string | undefined;
  port: number | undefined;
}

/**
 * Providers by the end of the host name. Their names are the conventions' where those have one, else the product's own.
 */
const PROVIDERS: readonly (readonly [host: string, provider: string])[] = [
  ["openai.azure.com", "azure.ai.openai"],
  ["cognitiveservices.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.openai"],
  ["models.inference.ai.azure.com", "azure.ai.inference"],
  ["api.openai.com", "openai"],
  ["api.anthropic.com", "anthropic"],
  ["api.deepseek.com", "deepseek"],
  ["api.x.ai", "x_ai"],
  ["api.perplexity.ai", "perplexity"],
  ["api.groq.com", "groq"],
  ["api.moonshot.ai", "moonshot_ai"],
  ["api.moonshot.cn", "moonshot_ai"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.eu.mistral.ai", "mistral_ai"],
  ["api.us.mistral.ai", "mistral_ai"],
  ["codestral.mistral.ai", "mistral_ai"],
  ["api.cohere.com", "cohere"],
  ["api.cohere.ai", "cohere"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["openrouter.ai", "openrouter"],
  ["api.together.xyz", "together"],
  ["api.together.ai", "together"],
  ["api.fireworks.ai", "fireworks"],
  ["api.cerebras.ai", "cerebras"],
  ["api.deepinfra.com", "deepinfra"],
  ["router.huggingface.co", "huggingface"],
  ["ollama.com", "ollama"],
];

/** Hosts whose name begins with a region. */
const REGIONAL: readonly (readonly [host: RegExp, provider: string])[] = [
  [/^bedrock[\w-]*\.[\w-]+\.(?:amazonaws\.com|api\.aws)/, "aws.bedrock"],
  [/(?:^|-)aiplatform\.(?:\w+\.rep\.)?googleapis\.com$/, "gcp.vertex_ai"],
];

/** Self-hosted servers: recognised by a name in the host, else by their default port on a private host. */
const SELF_HOSTED: readonly (readonly [name: string, port: number])[] = [
  ["ollama", 11434],
  ["litellm", 4000],
  ["vllm", 8000],
];

const SELF_HOSTED_NAMES: ReadonlySet<string> = new Set(SELF_HOSTED.map(([name]) => name));

const KNOWN = new Map<string, Endpoint>();
const MAX_KNOWN = 200;
const UNKNOWN: Endpoint = { provider: undefined, address: undefined, port: undefined };

/**
 * Reads provider, host and port out of a base URL. The port is given whenever the host is, 443 and 80 included.
 * Answers are remembered, as an application has few base URLs and many calls.
 */
export function readEndpoint(baseUrl: unknown): Endpoint {
  if (typeof baseUrl !== "string") return UNKNOWN;
  const known = KNOWN.get(baseUrl);
  if (known !== undefined) return known;
  const endpoint = parseEndpoint(baseUrl);
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
  KNOWN.set(baseUrl, endpoint);
  return endpoint;
}

/** Whether a gateway may be answering: possible everywhere but at the providers' own hosts, where looking would be wasted. */
export function mayBeGateway({ provider }: Endpoint): boolean {
  return provider === undefined || SELF_HOSTED_NAMES.has(provider);
}

function parseEndpoint(baseUrl: string): Endpoint {
  if (!URL.canParse(baseUrl)) return UNKNOWN;
  const url = new URL(baseUrl);
  const address = url.hostname.replace(/^\[|\]$/g, "");
  if (address === "") return UNKNOWN;
  const port = url.port !== "" ? Number(url.port) : url.protocol === "http:" ? 80 : 443;
  return { provider: providerOf(address, port), address, port };
}

function providerOf(host: string, port: number): string | undefined {
  for (const [suffix, provider] of PROVIDERS) {
    if (host === suffix || host.endsWith(`.${suffix}`)) return provider;
  }
  const regional = REGIONAL.find(([pattern]) => pattern.test(host));
  if (regional !== undefined) return regional[1];
  const named = SELF_HOSTED.find(([name]) => host.includes(name));
  const byPort = isPrivateHost(host) ? SELF_HOSTED.find(([, standard]) => standard === port) : undefined;
  return (named ?? byPort)?.[0];
}

function isPrivateHost(host: string): boolean {
  return (
    !host.includes(".") ||
    host === "0.0.0.0" ||
    host.endsWith(".local") ||
    host.endsWith(".internal") ||
    /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host)
  );
}
