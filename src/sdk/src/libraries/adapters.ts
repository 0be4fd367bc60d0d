import type { GenAIInstrumentationConfig } from "@kit/genai";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Configuration } from "../configuration.js";
import { lazy } from "../lazy-packages.js";
import type { InitOptions } from "../settings/options.js";

/** One of the kit's own instrumentations. It can also instrument libraries that no hook has seen. */
export type AdapterInstrumentation = Instrumentation & {
  manuallyInstrument(exports: unknown, version?: string): void;
  endOpenCalls?(): void;
};

/** How the kit finds a library, and creates the instrumentation for it. */
export interface Adapter {
  /** Its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** The library, then those of its parts that others import: exactly what the module hooks have to see. */
  readonly modules: readonly [library: string, ...parts: string[]];
  /** Further packages of the library, each in the same form. */
  readonly companions?: readonly (readonly [library: string, ...parts: string[]])[];
  /** Matches the URLs of files that are loaded under other names, by the library itself or by a framework. */
  readonly files?: RegExp;
  /** Prefix of the packages that need the library. @default its own name */
  readonly scope?: string;
  /** Names of exported functions by which the library is recognised. */
  readonly exported: readonly string[];
  /** Whether all of them are required, because other libraries export such names, too. */
  readonly exportsAll?: boolean;
  /** Whether the exports of the library's files are replaced rather than its own, so that the hook has to see those load. */
  readonly caughtInside?: boolean;
  /** Variable that chooses whose spans are made, if the library makes some itself. */
  readonly nativeVariable?: string;
  readonly create: (config: GenAIInstrumentationConfig) => AdapterInstrumentation;
}

const LANGCHAIN_PARTS = [
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

/** Next.js loads packages that it leaves out of its bundles under names such as `openai-f0ed28f090f94724`. */
const entryOf = (library: string) => new RegExp(`/node_modules/${library}/index\\.m?js$`);

/** One entry per library. Loaded only when used, since no application uses them all. */
export const ADAPTERS: readonly Adapter[] = [
  {
    name: "openai",
    // Under every name by which they are imported, with and without extension.
    modules: [
      "openai",
      "openai/index",
      "openai/index.mjs",
      "openai/client",
      "openai/client.mjs",
      "openai/helpers/responses-tool-runner",
      "openai/helpers/responses-tool-runner.mjs",
    ],
    files: entryOf("openai"),
    exported: ["OpenAI", "AzureOpenAI"],
    create: (config) => {
      const { OpenAIInstrumentation } = lazy.openai();
      return new OpenAIInstrumentation(config);
    },
  },
  {
    name: "anthropic",
    // The clients of Bedrock, Vertex AI and Foundry load its parts, but never the module itself.
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
      const { AnthropicInstrumentation } = lazy.anthropic();
      return new AnthropicInstrumentation(config);
    },
  },
  {
    name: "google-genai",
    modules: ["@google/genai"],
    files: /\/node_modules\/@google\/genai\/dist\/(?:node\/)?index\.[cm]js$/,
    exported: ["GoogleGenAI", "Models"],
    create: (config) => {
      const { GoogleGenAIInstrumentation } = lazy.googleGenAI();
      return new GoogleGenAIInstrumentation(config);
    },
  },
  {
    name: "bedrock",
    modules: ["@aws-sdk/client-bedrock-runtime"],
    companions: [["@aws-sdk/client-bedrock-agent-runtime"]],
    files: /\/node_modules\/@aws-sdk\/client-bedrock-(?:agent-)?runtime\/dist-(?:cjs|es)\/index\.js$/,
    exported: ["BedrockRuntimeClient", "BedrockAgentRuntimeClient"],
    create: (config) => {
      const { BedrockInstrumentation } = lazy.bedrock();
      return new BedrockInstrumentation(config);
    },
  },
  {
    name: "mistral",
    modules: ["@mistralai/mistralai"],
    files: /\/node_modules\/@mistralai\/mistralai\/(?:esm\/)?index\.js$/,
    exported: ["Mistral"],
    create: (config) => {
      const { MistralInstrumentation } = lazy.mistral();
      return new MistralInstrumentation(config);
    },
  },
  {
    name: "ollama",
    modules: ["ollama"],
    files: /\/node_modules\/ollama\/dist\/index\.[cm]js$/,
    exported: ["Ollama"],
    create: (config) => {
      const { OllamaInstrumentation } = lazy.ollama();
      return new OllamaInstrumentation(config);
    },
  },
  {
    name: "groq",
    modules: ["groq-sdk"],
    files: entryOf("groq-sdk"),
    exported: ["Groq"],
    create: (config) => {
      const { GroqInstrumentation } = lazy.groq();
      return new GroqInstrumentation(config);
    },
  },
  {
    name: "cohere",
    modules: ["cohere-ai", "cohere-ai/aws"],
    files: entryOf("cohere-ai"),
    exported: ["CohereClient"],
    create: (config) => {
      const { CohereInstrumentation } = lazy.cohere();
      return new CohereInstrumentation(config);
    },
  },
  {
    name: "together",
    modules: ["together-ai"],
    files: entryOf("together-ai"),
    exported: ["Together"],
    create: (config) => {
      const { TogetherInstrumentation } = lazy.together();
      return new TogetherInstrumentation(config);
    },
  },
  {
    name: "langchain",
    // Every entry point loads some of these files by relative paths, and none loads all of them.
    modules: ["@langchain/core", ...LANGCHAIN_PARTS.map((part) => `@langchain/core/dist/${part}` as const)],
    companions: [
      [
        "@langchain/langgraph",
        "@langchain/langgraph/dist/pregel/index",
        "@langchain/langgraph/dist/pregel/remote",
      ],
      ["langchain", "langchain/dist/agents/executor"],
      ["@langchain/classic", "@langchain/classic/dist/agents/executor"],
    ],
    files: new RegExp(
      `/(?:@langchain/core/dist/(?:${LANGCHAIN_PARTS.join("|")})|@langchain/langgraph/dist/pregel/(?:index|remote)|(?:@langchain/classic|langchain)/dist/agents/executor)\\.js$`,
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
      "AgentExecutor",
    ],
    create: (config) => {
      const { LangChainInstrumentation } = lazy.langchain();
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
      const { LiteLLMInstrumentation } = lazy.litellm();
      return new LiteLLMInstrumentation(config);
    },
  },
];

/** Options of AgentPulse's SDK that disable single libraries. */
const SWITCHES: Readonly<Record<string, keyof InitOptions>> = {
  openai: "patchOpenai",
  anthropic: "patchAnthropic",
  litellm: "patchLitellm",
  langchain: "patchLangchain",
};

/**
 * Applies only to the kit. OpenTelemetry's own bundle of instrumentations reads the other two variables and has an `openai`
 * as well, so with those neither can be enabled without the other.
 */
const KIT_INSTRUMENTATIONS = "KIT_INSTRUMENTATIONS";
const SHARED_INSTRUMENTATIONS = "OTEL_NODE_ENABLED_INSTRUMENTATIONS";

/** The adapters that are enabled by options and variables. */
export function chooseAdapters(
  options: InitOptions,
  configuration: Configuration,
  adapters = ADAPTERS,
): readonly Adapter[] {
  const autoPatch = { option: "autoPatch", value: options.autoPatch, variables: ["AGENTPULSE_AUTO_PATCH"] };
  if (!configuration.boolean(autoPatch, true)) return [];
  const names = adapters.map(({ name }) => name);
  const enabled = readEnabled(options, configuration, names);
  const named = enabled?.from === KIT_INSTRUMENTATIONS;
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
    return switched && (enabled?.names.includes(name) ?? true) && !disabled?.includes(name);
  });
}

/** The names that are asked for, and where; `undefined` for all. */
function readEnabled(
  { enabledInstrumentations }: InitOptions,
  configuration: Configuration,
  names: readonly string[],
): { names: readonly string[]; from: string | undefined } | undefined {
  const own = {
    option: "enabledInstrumentations",
    value: enabledInstrumentations,
    variables: [KIT_INSTRUMENTATIONS, SHARED_INSTRUMENTATIONS],
  };
  const shared = { variables: [SHARED_INSTRUMENTATIONS] };
  for (const place of [own, shared]) {
    const from = configuration.given(place)?.name;
    const chosen = from === undefined ? undefined : configuration.choices(place, [...names, "none"]);
    if (chosen?.length) return { names: chosen.includes("none") ? [] : chosen, from };
    if (from !== SHARED_INSTRUMENTATIONS) continue;
    // Names of other instrumentations ask for those alone. In a list for the kit they can only be mistakes, and a
    // mistake must not turn everything off.
    configuration.report(`${from} names none of the kit's, so none is enabled; ${KIT_INSTRUMENTATIONS} can.`);
    return { names: [], from };
  }
  configuration.note(own, undefined, undefined);
  return undefined;
}
