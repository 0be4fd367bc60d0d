import {
  type Definition,
  GenAIInstrumentation,
  type GenAIInstrumentationConfig,
  type Method,
  type Target,
} from "@kit/genai";
import { RunHandler } from "./handler.js";
import { type InferenceSpans, type KitCallbackHandlerOptions, readInferenceSpans } from "./options.js";
import { addHandler, enter, enterRun, noteSignal, type OwnHandler } from "./patching.js";
import { VERSION } from "./version.js";

/** Options of all instrumentations, and who records model calls. */
export interface LangChainInstrumentationConfig
  extends GenAIInstrumentationConfig,
    KitCallbackHandlerOptions {}

/** Files of the core that hold what is patched: the build for CommonJS and the one for ES modules. */
const CORE = [
  "callbacks/manager",
  "runnables/base",
  "language_models/chat_models",
  "language_models/llms",
  "tools/index",
  "retrievers/index",
  "singletons/index",
  "singletons/async_local_storage/index",
];

/** Records the runs of LangChain and LangGraph: agents, graphs, tools, retrievers, and models that nobody else does. */
export class LangChainInstrumentation extends GenAIInstrumentation<LangChainInstrumentationConfig> {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-langchain",
    version: VERSION,
    module: "@langchain/core",
    files: CORE.flatMap((file) => [`dist/${file}.cjs`, `dist/${file}.js`]),
    versions: [">=0.3.0 <2"],
    companions: [
      {
        module: "@langchain/langgraph",
        files: ["dist/pregel/index.cjs", "dist/pregel/index.js"],
        versions: [">=0.2.0 <2"],
      },
    ],
    targets,
    // Each model tells its own provider and address.
    provider: "langchain",
    baseUrl: () => undefined,
  };

  // Without initialisers: the base constructor already fills them.
  declare private handler: RunHandler | undefined;
  declare private mode: InferenceSpans | undefined;

  override setConfig(config: LangChainInstrumentationConfig): void {
    super.setConfig(config);
    this.mode = undefined;
  }

  /** The handler that every run gets, while this is enabled. */
  readHandler(): RunHandler | undefined {
    if (!this.isEnabled()) return undefined;
    this.handler ??= new RunHandler({
      telemetry: () => (this.isEnabled() ? this.active() : undefined),
      inferenceSpans: () => {
        this.mode ??= readInferenceSpans(this.getConfig().inferenceSpans);
        return this.mode;
      },
    });
    return this.handler;
  }
}

type Exports = Readonly<Record<string, (object & { prototype?: object }) | undefined>>;

/** Whatever file or part of the library it is, its classes are known by their names. */
function targets(exports: unknown): readonly Target[] {
  const {
    CallbackManager,
    BaseChatModel,
    BaseLLM,
    StructuredTool,
    BaseRetriever,
    RunnableSequence,
    ...others
  } = exports as Exports;
  const { AsyncLocalStorageProviderSingleton: storage } = others;
  const graph = ownerOf("_streamIterator", (others.Pregel ?? others.CompiledStateGraph)?.prototype);
  const isSingle = ([inputs]: readonly unknown[]) => Array.isArray(inputs) && inputs.length === 1;
  return [
    target(CallbackManager, "_configureSync", addHandler),
    target(storage && Object.getPrototypeOf(storage), "runWithConfig", enterRun),
    ...[BaseChatModel, BaseLLM].flatMap((model) => [
      target(model?.prototype, "generate", enter("model", isSingle)),
      target(model?.prototype, "_streamIterator", enter("model")),
    ]),
    target(StructuredTool?.prototype, "call", enter("tool")),
    target(BaseRetriever?.prototype, "invoke", enter("retriever")),
    target(graph, "stream", noteSignal),
    target(graph, "_streamIterator", enter("chain")),
    target(RunnableSequence?.prototype, "invoke", enter("chain")),
    target(RunnableSequence?.prototype, "_streamIterator", enter("chain")),
  ];
}

/** Where on its prototype chain a class has a method from. */
function ownerOf(method: string, prototype: object | undefined): object | undefined {
  let owner: object | null | undefined = prototype;
  while (owner != null && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner ?? undefined;
}

function target(
  on: object | undefined,
  method: string,
  wrap: (original: Method, own: OwnHandler) => Method,
): Target {
  return {
    on,
    method,
    wrap: (original, by) => wrap(original, () => (by as LangChainInstrumentation).readHandler()),
  };
}
