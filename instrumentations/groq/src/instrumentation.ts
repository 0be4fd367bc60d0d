import { chat, embeddings, readLiteLLMHeaders } from "@kit/chat-completions";
import { clientOf, type Definition, GenAIInstrumentation, resourceMethods } from "@kit/genai";
import { withoutAnswer } from "./failed-generation.js";
import { VERSION } from "./version.js";

/** Records chats and embeddings of the `groq-sdk` client, versions 0.5 to 1. */
export class GroqInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-groq",
    version: VERSION,
    module: "groq-sdk",
    versions: [">=0.5.0 <2"],
    provider: "groq",
    targets: (exports) => resourceMethods(exports, "Groq", RESOURCES),
    headers: readLiteLLMHeaders,
    baseUrl: (resource) => clientOf<Client>(resource)?.baseURL,
    withoutAnswer,
  };
}

interface Client {
  baseURL?: string;
}

/** This client's paths begin where the host ends. */
const PREFIX = "/openai/v1";

const RESOURCES = {
  "Chat.completions": { create: { ...chat, path: `${PREFIX}/chat/completions` } },
  Embeddings: { create: { ...embeddings, path: `${PREFIX}/embeddings` } },
};
