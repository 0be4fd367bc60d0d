/** The library's words for providers, where the conventions have others. */
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

/** `gen_ai.provider.name` of what a model says of itself; a model that says nothing gives its own name. */
export function toProvider(told: unknown, className: string): string {
  const word = (typeof told === "string" && told !== "" ? told : className).toLowerCase();
  return PROVIDERS[word] ?? word;
}

/** Providers whose models the library's integrations ask through OpenAI's client. */
const THROUGH_OPENAI: ReadonlySet<string> = new Set([
  "deepseek",
  "x_ai",
  "fireworks",
  "together",
  "perplexity",
]);

/** The provider whose client asks the models of this one. */
export function toClient(provider: string): string {
  return THROUGH_OPENAI.has(provider) ? "openai" : provider;
}
