import { chat, completions, countTokens, embeddings, readLiteLLMHeaders } from "@kit/chat-completions";
import { clientOf, type Definition, GenAIInstrumentation, methodsOf, resourceMethods } from "@kit/genai";
import { batches, batchFile } from "./batches.js";
import { images, speech, transcript } from "./media.js";
import { moderations } from "./moderations.js";
import { compact, responses, retrieve } from "./responses.js";
import { runCall, runTools, stream } from "./tools.js";
import { search } from "./vector-stores.js";
import { VERSION } from "./version.js";

const RUNNER = "helpers/responses-tool-runner";

/** Records every model call of the `openai` client, `OpenAI` and `AzureOpenAI`, versions 4.19 to 7. */
export class OpenAIInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-openai",
    version: VERSION,
    module: "openai",
    // Some bundler configurations import the first ones by their paths; applications the last.
    files: ["index.mjs", "client.js", "client.mjs", `${RUNNER}.js`, `${RUNNER}.mjs`],
    versions: [">=4.19.0 <8"],
    provider: "openai",
    ownProviders: ["openai", "azure.ai.openai"],
    targets: (exports) => [
      ...resourceMethods(exports, "OpenAI", RESOURCES),
      ...methodsOf(Object(exports).ResponsesToolRunner, { executeFunction: runCall }),
    ],
    headers: readLiteLLMHeaders,
    baseUrl: (resource) => clientOf<Client>(resource)?.baseURL,
    providerOf: (resource) => platformOf(clientOf<Client>(resource)),
    modelOf: (resource) => clientOf<Client>(resource)?.deploymentName,
  };
}

interface Client {
  baseURL?: string;
  deploymentName?: string;
  apiVersion?: unknown;
  bedrockTokenProvider?: unknown;
  _provider?: { name?: string };
}

/** Platform clients are recognised by members that only they have, since a gateway may have any host name. */
function platformOf(client: Client = {}): string | undefined {
  if (typeof client.apiVersion === "string") return "azure.ai.openai";
  const name = "bedrockTokenProvider" in client ? "bedrock" : client._provider?.name;
  return name === "bedrock" ? "aws.bedrock" : name === "vertex" ? "gcp.vertex_ai" : undefined;
}

const RESPONSES = { create: responses, retrieve, compact, stream };
const INPUT_TOKENS = { count: countTokens("/responses/input_tokens") };

const RESOURCES = {
  "Chat.completions": { create: chat, runTools, stream },
  // Version 4 has the helpers here.
  "Beta.chat.completions": { runTools, runFunctions: runTools, stream },
  Responses: RESPONSES,
  "Responses.inputTokens": INPUT_TOKENS,
  "Beta.responses": RESPONSES,
  "Beta.responses.inputTokens": INPUT_TOKENS,
  Embeddings: { create: embeddings },
  Completions: { create: completions },
  Images: {
    generate: { ...images("image_generation"), path: "/images/generations" },
    edit: images("image_edit"),
    createVariation: images("image_variation"),
  },
  "Audio.speech": { create: speech },
  "Audio.transcriptions": { create: transcript("transcription") },
  "Audio.translations": { create: transcript("translation") },
  Moderations: { create: moderations },
  VectorStores: { search },
  Batches: batches,
  Files: { content: batchFile },
};
