/** The conventions' names of providers that LangChain names differently. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  azure_openai: "azure.ai.openai",
  amazon_bedrock: "aws.bedrock",
  bedrock: "aws.bedrock",
  google_genai: "gcp.gemini",
  google: "gcp.gemini",
  google_vertexai: "gcp.vertex_ai",
  vertexai: "gcp.vertex_ai",
  mistral: "mistral_ai",
  mistralai: "mistral_ai",
  xai: "x_ai",
  moonshot: "moonshot_ai",
  watsonx: "ibm.watsonx.ai",
};

/** `gen_ai.provider.name` from a model's `ls_provider`, or from its class if it has none. */
export function toProvider(told: unknown, className: string): string {
  const word = (typeof told === "string" && told !== "" ? told : className).toLowerCase();
  return PROVIDERS[word] ?? word;
}

/** Providers that LangChain's integrations call with OpenAI's client. */
const THROUGH_OPENAI: ReadonlySet<string> = new Set([
  "deepseek",
  "x_ai",
  "fireworks",
  "together",
  "perplexity",
]);

/** The provider whose client makes the calls to this one. */
export function toClient(provider: string): string {
  return THROUGH_OPENAI.has(provider) ? "openai" : provider;
}
