import { type Definition, GenAIInstrumentation, methodsOf } from "@kit/genai";
import { chat } from "./chat.js";
import { embed, embeddings } from "./embeddings.js";
import { generate } from "./generate.js";
import { VERSION } from "./version.js";

interface Client {
  readonly config?: { readonly host?: string };
}

/** Records every model call of the `ollama` module, to servers of one's own and to Ollama's cloud. */
export class OllamaInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-ollama",
    version: VERSION,
    module: "ollama",
    versions: [">=0.5.6 <0.7"],
    provider: "ollama",
    targets: (exports) => methodsOf(methodsIn(exports), { chat, generate, embed, embeddings }),
    baseUrl: (client) => (client as Client).config?.host,
    // Wherever the server is, and whatever its port.
    providerOf: () => "ollama",
  };
}

/** The class for Node inherits its methods from the one for browsers. */
function methodsIn(exports: unknown): object | undefined {
  let holder = (exports as { Ollama?: { prototype: object | null } }).Ollama?.prototype;
  while (holder && !Object.hasOwn(holder, "chat")) holder = Object.getPrototypeOf(holder) as object | null;
  return holder ?? undefined;
}
