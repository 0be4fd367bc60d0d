import { readLiteLLMHeaders } from "@kit/chat-completions";
import { type Definition, GenAIInstrumentation, type Target, type ToolLoop } from "@kit/genai";
import { batchResults, createBatch, knownBatch } from "./batches.js";
import { completions } from "./completions.js";
import { readErrorCode } from "./errors.js";
import { countTokens, messages } from "./messages.js";
import { native } from "./native.js";
import { type PlatformClient, providerOf } from "./providers.js";
import { addTools, changeParams, runTools } from "./tools.js";
import { VERSION } from "./version.js";

/** Records every model call of the `@anthropic-ai/sdk` client and of the clients built on it, versions 0.14 to 1. */
export class AnthropicInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-anthropic",
    version: VERSION,
    module: "@anthropic-ai/sdk",
    // The clients of other platforms load these, and the main module not at all.
    files: ["client.js", "client.mjs", "resources/index.js", "resources/index.mjs"],
    versions: [">=0.14.0 <2"],
    provider: "anthropic",
    targets,
    baseUrl: (resource) => clientOf(resource)?.baseURL,
    providerOf: (resource) => providerOf(clientOf(resource)),
    // A LiteLLM proxy speaks this provider's format too.
    headers: readLiteLLMHeaders,
    errorCode: readErrorCode,
    native,
  };
}

function clientOf(resource: unknown): PlatformClient | undefined {
  return (resource as { _client?: PlatformClient } | undefined)?._client;
}

type Resource = new (client: object) => object;

/** Namespaces under `client.beta` that have held a `messages` resource of their own; later versions have one. */
const BETA_NAMESPACES = ["promptCaching", "tools"];

/** Every method is caught on the prototype of its resource, where all versions and module systems have it. */
function targets(exports: unknown): readonly Target[] {
  const { Anthropic, default: standard } = exports as Record<string, object | undefined>;
  const root = (Anthropic ?? standard ?? exports) as Record<string, Resource | undefined>;
  const beta = resourceOf(root.Beta);
  const holders = [beta, ...BETA_NAMESPACES.map((name) => beta?.[name])] as Members[];
  return [
    ...[resourceOf(root.Messages), ...holders.map((holder) => holder?.messages as Members)].flatMap(
      (resource) => [...onMessages(resource), ...onBatches(resource?.batches as Members)],
    ),
    ...methods(resourceOf(root.Completions), { create: { call: completions } }),
    ...onRunner(root, beta?.messages as Members),
  ];
}

/** Where the SDK makes a span for each tool it runs, ours stands in for that one, and nothing is caught here. */
function onRunner(client: { prototype?: object }, messages: Members): Target[] {
  if (client.prototype === undefined || "openTelemetry" in client.prototype) return [];
  const { BetaToolRunner } = (messages?.constructor ?? {}) as { BetaToolRunner?: Resource };
  return methodsOf(BetaToolRunner?.prototype, {
    addTools: { toolLoop: addTools },
    setMessagesParams: { toolLoop: changeParams },
  });
}

type Members = Record<string, unknown> | undefined;

/** Resources hang nested ones onto themselves; of the client they keep no more than a reference. */
function resourceOf(type: Resource | undefined): Members {
  return type === undefined ? undefined : (new type({}) as Record<string, unknown>);
}

function onMessages(resource: Members): Target[] {
  return methods(resource, {
    create: { call: messages },
    countTokens: { call: countTokens },
    // Sends its request through `create`, but starts the SDK's own span before that.
    stream: { toolLoop: unchanged },
    // Since 1.0 a runner takes its tools through this, however it is made.
    [resource !== undefined && "_toolRunnerThread" in resource ? "_toolRunnerThread" : "toolRunner"]: {
      toolLoop: runTools,
    },
    thread: { toolLoop: runTools },
  });
}

const unchanged: ToolLoop = (args) => args;

function onBatches(resource: Members): Target[] {
  return methods(resource, {
    create: { call: createBatch },
    retrieve: { call: knownBatch("retrieve_batch") },
    cancel: { call: knownBatch("cancel_batch") },
    results: { call: batchResults },
  });
}

function methods(resource: Members, meanings: Record<string, object>): Target[] {
  return methodsOf(resource && Object.getPrototypeOf(resource), meanings);
}

function methodsOf(on: object | undefined, meanings: Record<string, object>): Target[] {
  return Object.entries(meanings).map(([method, meaning]) => ({ on, method, ...meaning }) as Target);
}
