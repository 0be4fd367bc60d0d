import { tableOf } from "../names.js";

/** The conventions' names of providers that LangChain names differently. */
const PROVIDERS = tableOf({
  "azure.ai.openai": "azure azure_openai",
  "aws.bedrock": "bedrock amazon_bedrock",
  "gcp.gemini": "google google_genai",
  "gcp.vertex_ai": "vertexai google_vertexai",
  mistral_ai: "mistral mistralai",
  x_ai: "xai",
  moonshot_ai: "moonshot",
  "ibm.watsonx.ai": "watsonx",
});

/** `gen_ai.provider.name` from a model's `ls_provider`, or from its class if it has none. */
export function toProvider(told: unknown, className: string): string {
  const word = (typeof told === "string" && told !== "" ? told : className).toLowerCase();
  return PROVIDERS.get(word) ?? word;
}

/** The clients that LangChain's integrations use, of those that can be instrumented, and the providers they call. */
const CLIENTS = tableOf({
  openai: "openai azure.ai.openai deepseek x_ai fireworks together perplexity",
  anthropic: "anthropic",
  groq: "groq",
  cohere: "cohere",
  mistral_ai: "mistral_ai",
  // As the package says that calls with AWS's client; the one that says `bedrock` sends requests of its own.
  "aws.bedrock": "amazon_bedrock",
});

/**
 * The provider whose client LangChain calls this one with, which a model tells as its `ls_provider`. For Gemini and Ollama,
 * none: their integrations have their own, or load parts of one that nobody instruments.
 */
export function toClient(provider: string, told: unknown): string | undefined {
  return CLIENTS.get(provider) ?? CLIENTS.get(String(told));
}
