import { type Definition, GenAIInstrumentation, methodsOf } from "@kit/genai";
import { chat } from "./chat.js";
import { chatV1 } from "./chat-v1.js";
import { baseUrlOf, clientIn, clientV2In, readErrorCode } from "./client.js";
import { embed } from "./embeddings.js";
import { generate } from "./generate.js";
import { rerank } from "./rerank.js";
import { VERSION } from "./version.js";

/** Records every model call of `cohere-ai` 7.7 to 8, by the first and by the second API. */
export class CohereInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-cohere",
    version: VERSION,
    module: "cohere-ai",
    // Where version 8 has the clients for AWS.
    files: ["aws.js"],
    versions: [">=7.7.5 <9"],
    provider: "cohere",
    // `CohereClientV2` binds these methods when it is created.
    targets: (exports) => [
      ...methodsOf(clientIn(exports), {
        chat: chatV1(false),
        chatStream: chatV1(true),
        generate: generate(false),
        generateStream: generate(true),
        embed,
        rerank,
      }),
      ...methodsOf(clientV2In(exports), { chat: chat(false), chatStream: chat(true), embed, rerank }),
    ],
    baseUrl: baseUrlOf,
    errorCode: readErrorCode,
  };
}
