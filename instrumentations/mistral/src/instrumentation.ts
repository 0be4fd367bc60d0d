import { type Definition, GenAIInstrumentation, resourceMethods } from "@kit/genai";
import { answer, stream } from "./chat.js";
import { baseUrlOf } from "./client.js";
import { conversations } from "./conversations.js";
import { createAgent } from "./create-agent.js";
import { embeddings } from "./embeddings.js";
import { ownSpans } from "./own-spans.js";
import { VERSION } from "./version.js";

/** Records every model call of `@mistralai/mistralai` 1 and 2. */
export class MistralInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-mistral",
    version: VERSION,
    module: "@mistralai/mistralai",
    versions: [">=1.0.3 <3"],
    provider: "mistral_ai",
    targets: (exports) => [
      ...resourceMethods(exports, "Mistral", { ...RESOURCES, "beta.conversations": conversations() }),
      ownSpans(exports),
    ],
    baseUrl: baseUrlOf,
    // Not to other SDKs, but to the tracing in its own hooks, which sees from it that a call is recorded.
    delegates: true,
  };
}

/** Not `parse()` by way of `complete()`: each method calls a function of its own. */
const RESOURCES = {
  chat: {
    complete: answer("chat"),
    parse: answer("chat", "json"),
    stream: stream("chat"),
    parseStream: stream("chat", "json"),
  },
  fim: { complete: answer("text_completion"), stream: stream("text_completion") },
  agents: { complete: answer("invoke_agent"), stream: stream("invoke_agent") },
  "beta.agents": { create: createAgent },
  embeddings: { create: embeddings },
};
