import { chat, completions, embeddings, readLiteLLMHeaders } from "@kit/chat-completions";
import { type Definition, GenAIInstrumentation, methodsOf, type Target } from "@kit/genai";
import { batches, batchResults } from "./batches.js";
import { images, speech, transcript } from "./media.js";
import { moderations } from "./moderations.js";
import { compact, responses, retrieve } from "./responses.js";
import { runTools } from "./tools.js";
import { VERSION } from "./version.js";

/** Records every model call of the `openai` client, `OpenAI` and `AzureOpenAI`, versions 4.19 to 7. */
export class OpenAIInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-openai",
    version: VERSION,
    module: "openai",
    versions: [">=4.19.0 <8"],
    provider: "openai",
    ownProviders: ["openai", "azure.ai.openai"],
    targets,
    headers: readLiteLLMHeaders,
    baseUrl: (resource) => clientOf(resource)?.baseURL,
    // Only the Azure client has an API version; its host may be a gateway of any name.
    providerOf: (resource) =>
      typeof clientOf(resource)?.apiVersion === "string" ? "azure.ai.openai" : undefined,
  };
}

interface Client {
  baseURL?: string;
  apiVersion?: unknown;
}

function clientOf(resource: unknown): Client | undefined {
  return (resource as { _client?: Client } | undefined)?._client;
}

type Resource = (new (client: object) => object) & { [nested: string]: Resource | undefined };

/** Every method is caught on the prototype of its resource, where all versions and module systems have it. */
function targets(exports: unknown): readonly Target[] {
  const { OpenAI, default: standard } = exports as Record<string, Resource | undefined>;
  const root = (OpenAI ?? standard ?? exports) as Resource;
  const { Audio, Beta, Chat } = root;
  const response = { create: responses, retrieve, compact };
  return [
    ...on(Chat?.Completions, { create: chat, runTools }),
    ...on(betaCompletions(root), { runTools, runFunctions: runTools }),
    ...on(root.Responses, response),
    ...on(Beta?.Responses, response),
    ...on(root.Embeddings, { create: embeddings }),
    ...on(root.Completions, { create: completions }),
    ...on(root.Images, {
      generate: images("image_generation"),
      edit: images("image_edit"),
      createVariation: images("image_variation"),
    }),
    ...on(Audio?.Speech, { create: speech }),
    ...on(Audio?.Transcriptions, { create: transcript("transcription") }),
    ...on(Audio?.Translations, { create: transcript("translation") }),
    ...on(root.Moderations, { create: moderations }),
    ...on(root.Batches, batches),
    ...on(root.Files, { content: batchResults }),
  ];
}

function on(resource: Resource | undefined, meanings: Parameters<typeof methodsOf>[1]): Target[] {
  return methodsOf(resource?.prototype, meanings);
}

/** Version 4 keeps the helpers under `beta.chat.completions`, a class that its exports do not name. */
function betaCompletions({ Beta }: Resource): Resource | undefined {
  if (Beta === undefined) return undefined;
  const beta = new Beta({}) as { chat?: { completions?: object } };
  return beta.chat?.completions?.constructor as Resource | undefined;
}
