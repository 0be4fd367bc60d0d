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
});

/** The provider whose client LangChain calls this one with; for Gemini, none: its integrations have their own. */
export function toClient(provider: string): "openai" | "anthropic" | "groq" | "cohere" | undefined {
  return CLIENTS.get(provider);
}
