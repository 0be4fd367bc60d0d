import { chat, embeddings, readLiteLLMHeaders } from "@kit/chat-completions";
import { clientOf, type Definition, GenAIInstrumentation, resourceMethods, type ToolLoop } from "@kit/genai";
import { completions } from "./completions.js";
import { VERSION } from "./version.js";

/** Records chats, completions and embeddings of the `together-ai` client, versions 0.6 and later. */
export class TogetherInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-together",
    version: VERSION,
    module: "together-ai",
    versions: [">=0.6.0 <1"],
    provider: "together",
    targets: (exports) => resourceMethods(exports, "Together", RESOURCES),
    headers: readLiteLLMHeaders,
    baseUrl: (resource) => clientOf<Client>(resource)?.baseURL,
  };
}

interface Client {
  baseURL?: string;
}

/** Sends its request through `create()`. It is a target so that the helper that it returns is watched. */
const stream: ToolLoop = (args) => args;

const RESOURCES = {
  "Chat.completions": { create: chat, stream },
  Completions: { create: completions },
  Embeddings: { create: embeddings },
};
