import { readLiteLLMHeaders } from "@kit/chat-completions";
import { type Definition, GenAIInstrumentation, methodsOf, type Target, type ToolLoop } from "@kit/genai";
import { batches } from "./batches.js";
import { clientOf, providerOf, readErrorCode } from "./client.js";
import { completions } from "./completions.js";
import { countTokens, messages } from "./messages.js";
import { native } from "./native.js";
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

type Resource = new (client: object) => object;
type Members = Record<string, unknown> | undefined;

/** Namespaces under `client.beta` that have held a `messages` resource of their own; later versions have one. */
const BETA_NAMESPACES = ["promptCaching", "tools"];

/** Every method is caught on the prototype of its resource, where all versions and module systems have it. */
function targets(exports: unknown): readonly Target[] {
  const { Anthropic, default: standard } = exports as Record<string, object | undefined>;
  const root = (Anthropic ?? standard ?? exports) as Record<string, Resource | undefined>;
  const beta = resourceOf(root.Beta);
  const holders = [beta, ...BETA_NAMESPACES.map((name) => beta?.[name])] as Members[];
  const resources = [resourceOf(root.Messages), ...holders.map((holder) => holder?.messages as Members)];
  return [
    ...resources.flatMap((resource) => [
      ...on(resource, { create: messages, countTokens, stream: unchanged }),
      ...on(resource, { [runnerOf(resource)]: runTools, thread: runTools }),
      ...on(resource?.batches as Members, batches),
    ]),
    ...on(resourceOf(root.Completions), { create: completions }),
    ...onRunner(root, beta?.messages as Members),
  ];
}

/** Sends its request through `create`, but starts the SDK's own span before that. */
const unchanged: ToolLoop = (args) => args;

/** Since 1.0 a runner takes its tools through a method of its own, however it is made. */
function runnerOf(resource: Members): string {
  return resource !== undefined && "_toolRunnerThread" in resource ? "_toolRunnerThread" : "toolRunner";
}

/** Where the SDK makes a span for each tool it runs, ours stands in for that one, and nothing is caught here. */
function onRunner(client: { prototype?: object }, resource: Members): Target[] {
  if (client.prototype === undefined || "openTelemetry" in client.prototype) return [];
  const { BetaToolRunner } = (resource?.constructor ?? {}) as { BetaToolRunner?: Resource };
  return methodsOf(BetaToolRunner?.prototype, { addTools, setMessagesParams: changeParams });
}

/** Resources hang nested ones onto themselves; of the client they keep no more than a reference. */
function resourceOf(type: Resource | undefined): Members {
  return type === undefined ? undefined : (new type({}) as Record<string, unknown>);
}

function on(resource: Members, meanings: Parameters<typeof methodsOf>[1]): Target[] {
  return methodsOf(resource && Object.getPrototypeOf(resource), meanings);
}
