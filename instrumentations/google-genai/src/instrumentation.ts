import { type Definition, GenAIInstrumentation, methodsOf, type Target } from "@kit/genai";
import { apiClientOf, baseUrlOf, readErrorCode } from "./client.js";
import { embeddings } from "./embeddings.js";
import { generateContent } from "./generate-content.js";
import { fetchInteraction, interaction } from "./interactions.js";
import { runTools } from "./tools.js";
import { VERSION } from "./version.js";

/** Records every call of a model through `@google/genai` 1 to 3, at the Gemini API and at Vertex AI. */
export class GoogleGenAIInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-google-genai",
    version: VERSION,
    module: "@google/genai",
    versions: [">=1.0.0 <4"],
    provider: "gcp.gemini",
    ownProviders: ["gcp.gemini", "gcp.vertex_ai"],
    targets: (exports) => ("parentClient" in Object(exports) ? ofInteractions(exports) : ofModule(exports)),
    baseUrl: baseUrlOf,
    providerOf: (resource) => (apiClientOf(resource)?.isVertexAI?.() ? "gcp.vertex_ai" : undefined),
    errorCode: readErrorCode,
  };
}

interface Exports {
  Models?: { prototype: object };
  GoogleGenAI?: { prototype: object };
}

function ofModule(exports: unknown): Target[] {
  const { Models, GoogleGenAI } = exports as Exports;
  const models = Models?.prototype;
  // What applications call are functions of each client's own. All of them end here, once for each request.
  const requests = methodsOf(models, {
    generateContentInternal: generateContent(false),
    generateContentStreamInternal: generateContent(true),
    // Without the others' ending until 1.49.
    [models !== undefined && "embedContent" in models ? "embedContent" : "embedContentInternal"]: embeddings,
  });
  const loops = ["generateContent", "generateContentStream"].map(
    (method) => ({ on: models, method, toolLoop: runTools, assigned: true }) as const,
  );
  return [...requests, ...loops, { on: GoogleGenAI?.prototype, method: "interactions", getter: true }];
}

/** Their class is not exported, and older versions warn when a client is asked for them. */
function ofInteractions(interactions: unknown): Target[] {
  return methodsOf(Object.getPrototypeOf(interactions), { create: interaction, get: fetchInteraction });
}
