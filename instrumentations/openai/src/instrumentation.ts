import {
  type AnyCall,
  type AnyToolLoop,
  type Definition,
  GenAIInstrumentation,
  type Target,
} from "@kit/genai";
import { batchResults, createBatch, knownBatch } from "./batches.js";
import { chat } from "./chat.js";
import { completions } from "./completions.js";
import { embeddings } from "./embeddings.js";
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
  const { Audio, Batches, Chat, Embeddings, Files, Images } = root;
  return [
    ...resource(Chat?.Completions, { create: { call: chat }, runTools: { toolLoop: runTools } }),
    ...resource(betaCompletions(root), {
      runTools: { toolLoop: runTools },
      runFunctions: { toolLoop: runTools },
    }),
    ...[root.Responses, root.Beta?.Responses].flatMap((each) =>
      resource(each, {
        create: { call: responses },
        retrieve: { call: retrieve },
        compact: { call: compact },
      }),
    ),
    ...resource(Embeddings, { create: { call: embeddings } }),
    ...resource(root.Completions, { create: { call: completions } }),
    ...resource(Images, {
      generate: { call: images("image_generation") },
      edit: { call: images("image_edit") },
      createVariation: { call: images("image_variation") },
    }),
    ...resource(Audio?.Speech, { create: { call: speech } }),
    ...resource(Audio?.Transcriptions, { create: { call: transcript("transcription") } }),
    ...resource(Audio?.Translations, { create: { call: transcript("translation") } }),
    ...resource(root.Moderations, { create: { call: moderations } }),
    ...resource(Batches, {
      create: { call: createBatch },
      retrieve: { call: knownBatch("retrieve_batch") },
      cancel: { call: knownBatch("cancel_batch") },
    }),
    ...resource(Files, { content: { call: batchResults } }),
  ];
}

type Meaning = { call: AnyCall } | { toolLoop: AnyToolLoop };

function resource(type: Resource | undefined, methods: Record<string, Meaning>): Target[] {
  const on: object | undefined = type?.prototype;
  return Object.entries(methods).map(([method, meaning]) => ({ on, method, ...meaning }));
}

/** Version 4 keeps the helpers under `beta.chat.completions`, a class that its exports do not name. */
function betaCompletions({ Beta }: Resource): Resource | undefined {
  if (Beta === undefined) return undefined;
  const beta = new Beta({}) as { chat?: { completions?: object } };
  return beta.chat?.completions?.constructor as Resource | undefined;
}
