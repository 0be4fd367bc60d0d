import { embeddings } from "@kit/chat-completions";
import { type Definition, GenAIInstrumentation, methodsOf } from "@kit/genai";
import { completion } from "./completion.js";
import { serverOf } from "./servers.js";
import { VERSION } from "./version.js";

/** Records every model call of the `litellm` module, whichever provider answers it. */
export class LiteLLMInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-litellm",
    version: VERSION,
    module: "litellm",
    // The module's own exports are getters that cannot be replaced; each call reads the exports of these files.
    files: ["dist/src/completion.js", "dist/src/embedding.js"],
    versions: [">=0.7.0 <1"],
    provider: "openai",
    ownProviders: ["openai", "azure.ai.openai"],
    targets: (exports) => methodsOf(exports as object, { completion, embedding: embeddings }),
    baseUrl: (_, args) => serverOf(args).baseUrl,
    providerOf: (_, args) => serverOf(args).provider,
    // It calls some providers with their own SDKs.
    delegates: true,
  };
}
