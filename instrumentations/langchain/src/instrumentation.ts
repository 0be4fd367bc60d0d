import {
  type Definition,
  GenAIInstrumentation,
  type GenAIInstrumentationConfig,
  type Target,
} from "@kit/genai";
import { ownerOf, readChoice } from "@kit/genai/framework";
import { RunHandler } from "./handler.js";
import { INFERENCE_SPANS, type KitCallbackHandlerOptions } from "./options.js";
import { addHandler, enterRun, type HandlerSource, METHODS } from "./patch/patching.js";
import { VERSION } from "./version.js";

/** The options of all instrumentations, and who records model calls. */
export interface LangChainInstrumentationConfig
  extends GenAIInstrumentationConfig,
    KitCallbackHandlerOptions {}

/** The files of the core with patched classes, each built for CommonJS and for ES modules. */
const CORE = [
  "callbacks/manager",
  "runnables/base",
  "runnables/branch",
  "language_models/chat_models",
  "language_models/llms",
  "tools/index",
  "retrievers/index",
  "singletons/index",
  "singletons/async_local_storage/index",
  "utils/async_caller",
];

/** Records the runs of LangChain and LangGraph: agents, graphs, tools, retrievers, and models whose client is not instrumented. */
export class LangChainInstrumentation
  extends GenAIInstrumentation<LangChainInstrumentationConfig>
  implements HandlerSource
{
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-langchain",
    version: VERSION,
    module: "@langchain/core",
    files: CORE.flatMap((file) => [`dist/${file}.cjs`, `dist/${file}.js`]),
    versions: [">=0.2.19 <2"],
    companions: [
      {
        module: "@langchain/langgraph",
        files: ["index", "remote"].flatMap((file) => [`dist/pregel/${file}.cjs`, `dist/pregel/${file}.js`]),
        versions: [">=0.2.0 <2"],
      },
      // Where the older agents are, whose streams are made there.
      ...["langchain", "@langchain/classic"].map((module) => ({
        module,
        files: ["dist/agents/executor.cjs", "dist/agents/executor.js"],
        versions: [">=0.2.0 <2"],
      })),
    ],
    targets,
    // Each model has its own provider and address.
    provider: "langchain",
    baseUrl: () => undefined,
  };

  // Without an initialiser, which would run after the base constructor has enabled the instrumentation.
  declare private handler: RunHandler | undefined;

  /** Open runs keep the handler they started with. */
  override setConfig(config: LangChainInstrumentationConfig): void {
    super.setConfig(config);
    this.handler = undefined;
  }

  override endOpenCalls(): void {
    super.endOpenCalls();
    this.handler?.runs.endAll();
  }

  readHandler(): RunHandler | undefined {
    if (!this.isEnabled()) return undefined;
    this.handler ??= new RunHandler(
      () => (this.isEnabled() ? this.active() : undefined),
      readChoice(INFERENCE_SPANS, this.getConfig().inferenceSpans),
    );
    return this.handler;
  }
}

type Exports = Readonly<Record<string, (object & { prototype?: object }) | undefined>>;

/** Finds classes by their names, so it does not matter which file or part of the library these are the exports of. */
function targets(exports: unknown): readonly Target[] {
  const classes = exports as Exports;
  const storage = classes.AsyncLocalStorageProviderSingleton;
  const graph = ownerOf("_streamIterator", (classes.Pregel ?? classes.CompiledStateGraph)?.prototype);
  return [
    { on: classes.CallbackManager, method: "_configureSync", wrap: addHandler },
    { on: storage && Object.getPrototypeOf(storage), method: "runWithConfig", wrap: enterRun },
    ...METHODS.map(([name, method, wrap]) => {
      return { on: name === "Graph" ? graph : classes[name]?.prototype, method, wrap };
    }),
  ];
}
