/** The parts of a client that tell which platform serves it. */
export interface PlatformClient {
  baseURL?: string;
  /** Versions 0.134 and later; every client but those of Bedrock and Vertex AI says `anthropic`. */
  _genAIProviderName?: unknown;
}

/** Platforms that serve the models under hosts of their own. Foundry's shares its host with Azure's OpenAI models. */
const PLATFORMS: readonly (readonly [host: RegExp, provider: string])[] = [
  [/^bedrock[\w-]*\.[\w-]+\.amazonaws\.com/, "aws.bedrock"],
  [/(?:^|-)aiplatform\.(?:\w+\.rep\.)?googleapis\.com$/, "gcp.vertex_ai"],
  [/\.services\.ai\.azure\.com$/, "anthropic"],
];

/** `gen_ai.provider.name` where the platform tells it, in the client's word or by a host of its own. */
export function providerOf(client: PlatformClient | undefined): string | undefined {
  const told = client?._genAIProviderName;
  if (typeof told === "string" && told !== "anthropic") return told;
  const url = client?.baseURL;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return PLATFORMS.find(([host]) => host.test(hostname))?.[1];
}
