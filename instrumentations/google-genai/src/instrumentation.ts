import { type Definition, GenAIInstrumentation, methodsOf } from "@kit/genai";
import { baseUrlOf, type Models, readErrorCode } from "./client.js";
import { embeddings } from "./embeddings.js";
import { generateContent } from "./generate-content.js";
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
    // What applications call are functions of each client's own. All of them end here, once for each request.
    targets: (exports) => {
      const models = (exports as { Models?: { prototype: object } }).Models?.prototype;
      const calls = methodsOf(models, {
        generateContentInternal: generateContent(false),
        generateContentStreamInternal: generateContent(true),
        // Without the others' ending until 1.49.
        [models !== undefined && "embedContent" in models ? "embedContent" : "embedContentInternal"]:
          embeddings,
      });
      const loops = ["generateContent", "generateContentStream"].map(
        (method) => ({ on: models, method, toolLoop: runTools, assigned: true }) as const,
      );
      return [...calls, ...loops];
    },
    baseUrl: (models, [params]) => baseUrlOf(models as Models, params),
    providerOf: (models) => ((models as Models).apiClient?.isVertexAI?.() ? "gcp.vertex_ai" : undefined),
    errorCode: readErrorCode,
  };
}
