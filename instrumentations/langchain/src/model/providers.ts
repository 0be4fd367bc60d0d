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

/** Providers that LangChain's integrations call with OpenAI's client. */
const THROUGH_OPENAI = ["deepseek", "x_ai", "fireworks", "together", "perplexity"];

/** The provider whose client makes the calls to this one. */
export function toClient(provider: string): string {
  return THROUGH_OPENAI.includes(provider) ? "openai" : provider;
}
