import { readLiteLLMHeaders } from "@kit/chat-completions";
import { clientOf, type Definition, GenAIInstrumentation, resourceMethods } from "@kit/genai";
import { batches } from "./batches.js";
import { type PlatformClient, providerOf, readErrorCode } from "./client.js";
import { completions } from "./completions.js";
import { countTokens, messages } from "./messages.js";
import { native, stream } from "./native.js";
import { addTools, runTools } from "./tools.js";
import { VERSION } from "./version.js";

/** Records every model call of the `@anthropic-ai/sdk` client and of the clients built on it, versions 0.14 to 1. */
export class AnthropicInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-anthropic",
    version: VERSION,
    module: "@anthropic-ai/sdk",
    // The clients of other platforms load all but the first, and the main module not at all.
    files: ["index.mjs", "client.js", "client.mjs", "resources/index.js", "resources/index.mjs"],
    versions: [">=0.14.0 <2"],
    provider: "anthropic",
    targets: (exports) => resourceMethods(exports, "Anthropic", resources),
    baseUrl: (resource) => clientOf<PlatformClient>(resource)?.baseURL,
    providerOf: (resource) => providerOf(clientOf(resource)),
    headers: readLiteLLMHeaders,
    errorCode: readErrorCode,
    native,
  };
}

const MESSAGES = {
  create: messages,
  countTokens,
  stream,
  toolRunner: runTools,
  thread: runTools,
  // Since 1.0 a runner takes its tools here, however it is made.
  _toolRunnerThread: runTools,
};

function resources({ prototype }: { readonly prototype?: object }) {
  // Where the SDK makes a span for each tool it runs, ours stands in for that one, and the runner is left alone.
  const bareRunner = prototype !== undefined && !("openTelemetry" in prototype);
  return {
    Messages: MESSAGES,
    "Beta.messages": MESSAGES,
    // Namespaces that have held messages of their own; later versions have one.
    "Beta.promptCaching.messages": MESSAGES,
    "Beta.tools.messages": MESSAGES,
    "Messages.batches": batches,
    "Beta.messages.batches": batches,
    Completions: { create: completions },
    ...(bareRunner && { "Beta.messages.BetaToolRunner": { addTools, setMessagesParams: runTools } }),
  };
}
