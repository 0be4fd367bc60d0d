import { messages } from "@kit/anthropic-messages";
import { countTokens, readLiteLLMHeaders } from "@kit/chat-completions";
import { clientOf, type Definition, GenAIInstrumentation, resourceMethods } from "@kit/genai";
import { batches } from "./batches.js";
import { type PlatformClient, providerOf, readErrorCode } from "./client.js";
import { completions } from "./completions.js";
import { native, stream } from "./native.js";
import { addTools, runTools } from "./tools.js";
import { VERSION } from "./version.js";

/** Records every model call of `@anthropic-ai/sdk` 0.14 to 1 and of the platform clients built on it. */
export class AnthropicInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-anthropic",
    version: VERSION,
    module: "@anthropic-ai/sdk",
    // Platform clients load these, except the first, instead of the main module.
    files: ["index.mjs", "client.js", "client.mjs", "resources/index.js", "resources/index.mjs"],
    versions: [">=0.14.0 <2"],
    provider: "anthropic",
    targets: (exports) => resourceMethods(exports, "Anthropic", RESOURCES),
    baseUrl: (resource) => clientOf<PlatformClient>(resource)?.baseURL,
    providerOf: (resource) => providerOf(clientOf(resource)),
    headers: readLiteLLMHeaders,
    errorCode: readErrorCode,
    native,
  };
}

const MESSAGES = {
  create: messages,
  countTokens: countTokens("/v1/messages/count_tokens"),
  stream,
  toolRunner: runTools,
  thread: runTools,
  // From 1.0, every way to make a runner ends here.
  _toolRunnerThread: runTools,
};

const RESOURCES = {
  Messages: MESSAGES,
  "Beta.messages": MESSAGES,
  // Namespaces of earlier versions with messages of their own.
  "Beta.promptCaching.messages": MESSAGES,
  "Beta.tools.messages": MESSAGES,
  "Messages.batches": batches,
  "Beta.messages.batches": batches,
  Completions: { create: completions },
  "Beta.messages.BetaToolRunner": { addTools, setMessagesParams: runTools },
};
