import type { GenAIInstrumentationConfig } from "@kit/genai";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";
import { parts } from "./parts.js";

/** An instrumentation that comes with the kit. It takes libraries in that no hook has seen. */
export type AdapterInstrumentation = Instrumentation & {
  manuallyInstrument(exports: unknown, version?: string): void;
  endOpenCalls?(): void;
};

/** How the kit comes by an instrumentation of its own. */
export interface Adapter {
  /** Its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** The library, then the parts of it that others import: what the module hooks must see, and nothing else. */
  readonly modules: readonly [library: string, ...parts: string[]];
  /** Further packages that belong to the library, each as above. */
  readonly companions?: readonly (readonly [library: string, ...parts: string[]])[];
  /** What the URLs of files match that are loaded by other names: by the library itself, or as a framework calls it. */
  readonly files?: RegExp;
  /** How the names of packages begin that need the library. @default its own name */
  readonly scope?: string;
  /** Names of functions by which exports of the library are recognised. */
  readonly exported: readonly string[];
  /** Whether it takes all of them, where others have functions of such names, too. */
  readonly exportsAll?: boolean;
  /** Whether not the library's exports are replaced but those of its files, so that the hook must see these load. */
  readonly caughtInside?: boolean;
  /** Chooses whose spans are made, where the library makes some by itself. */
  readonly nativeVariable?: string;
  readonly create: (config: GenAIInstrumentationConfig) => AdapterInstrumentation;
}

const LANGCHAIN_PARTS = [
  "callbacks/manager",
  "runnables/base",
  "language_models/chat_models",
  "language_models/llms",
  "tools/index",
  "retrievers/index",
  "singletons/index",
  "singletons/async_local_storage/index",
  "utils/async_caller",
];

/** Next.js loads a package that it leaves out of its bundles as `openai-f0ed28f090f94724`. */
const entryOf = (library: string) => new RegExp(`/node_modules/${library}/index\\.m?js$`);

/** One entry for each library. Required when used, not imported: no application uses them all. */
export const ADAPTERS: readonly Adapter[] = [
  {
    name: "openai",
    // By the names under which they are imported: with their endings, too.
    modules: ["openai", "openai/index", "openai/index.mjs", "openai/client", "openai/client.mjs"],
    files: entryOf("openai"),
    exported: ["OpenAI", "AzureOpenAI"],
    create: (config) => {
      const { OpenAIInstrumentation } = parts.openai();
      return new OpenAIInstrumentation(config);
    },
  },
  {
    name: "anthropic",
    // The clients of Bedrock, Vertex AI and Foundry load its parts, and never the module itself.
    modules: [
      "@anthropic-ai/sdk",
      "@anthropic-ai/sdk/index",
      "@anthropic-ai/sdk/client",
      "@anthropic-ai/sdk/resources/index",
    ],
    files: entryOf("@anthropic-ai/sdk"),
    exported: ["Anthropic"],
    nativeVariable: "KIT_ANTHROPIC_NATIVE_TELEMETRY",
    create: (config) => {
      const { AnthropicInstrumentation } = parts.anthropic();
      return new AnthropicInstrumentation(config);
    },
  },
  {
    name: "langchain",
    // Every entry point loads some of these files by relative paths, and none loads all.
    modules: ["@langchain/core", ...LANGCHAIN_PARTS.map((part) => `@langchain/core/dist/${part}` as const)],
    companions: [
      [
        "@langchain/langgraph",
        "@langchain/langgraph/dist/pregel/index",
        "@langchain/langgraph/dist/pregel/remote",
      ],
    ],
    files: new RegExp(
      `/@langchain/(?:core/dist/(?:${LANGCHAIN_PARTS.join("|")})|langgraph/dist/pregel/(?:index|remote))\\.js$`,
    ),
    scope: "@langchain/",
    exported: [
      "CallbackManager",
      "BaseChatModel",
      "BaseLLM",
      "StructuredTool",
      "BaseRetriever",
      "RunnableSequence",
      "AsyncCaller",
      "Pregel",
      "CompiledStateGraph",
      "RemoteGraph",
    ],
    create: (config) => {
      const { LangChainInstrumentation } = parts.langchain();
      return new LangChainInstrumentation(config);
    },
  },
  {
    name: "litellm",
    modules: ["litellm", "litellm/dist/src/completion", "litellm/dist/src/embedding"],
    exported: ["completion", "embedding"],
    exportsAll: true,
    caughtInside: true,
    create: (config) => {
      const { LiteLLMInstrumentation } = parts.litellm();
      return new LiteLLMInstrumentation(config);
    },
  },
];

/** Switches by which AgentPulse's SDK leaves single libraries out. */
const SWITCHES: Readonly<Record<string, keyof InitOptions>> = {
  openai: "patchOpenai",
  anthropic: "patchAnthropic",
  litellm: "patchLitellm",
  langchain: "patchLangchain",
};

/**
 * For the kit alone. OpenTelemetry's own bundle of instrumentations reads the other two, and has an `openai` as well:
 * by those, neither can be on without the other.
 */
const KIT_INSTRUMENTATIONS = "KIT_INSTRUMENTATIONS";

/** The adapters that options and variables leave on. */
export function chooseAdapters(
  options: InitOptions,
  configuration: Configuration,
  adapters = ADAPTERS,
): readonly Adapter[] {
  const autoPatch = { option: "autoPatch", value: options.autoPatch, variables: ["AGENTPULSE_AUTO_PATCH"] };
  if (!configuration.boolean(autoPatch, true)) return [];
  const names = adapters.map(({ name }) => name);
  const named = configuration.given({ variables: [KIT_INSTRUMENTATIONS] }) !== undefined;
  const enabled = configuration.choices(
    {
      option: "enabledInstrumentations",
      value: options.enabledInstrumentations,
      variables: [KIT_INSTRUMENTATIONS, "OTEL_NODE_ENABLED_INSTRUMENTATIONS"],
    },
    names,
  );
  const disabled = configuration.choices(
    {
      option: "disabledInstrumentations",
      value: options.disabledInstrumentations,
      variables: named ? [] : ["OTEL_NODE_DISABLED_INSTRUMENTATIONS"],
    },
    names,
  );
  return adapters.filter(({ name }) => {
    const option = SWITCHES[name];
    const switched = option === undefined || configuration.boolean({ option, value: options[option] }, true);
    return switched && (enabled?.includes(name) ?? true) && !disabled?.includes(name);
  });
}
