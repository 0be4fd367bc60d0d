import { createRequire } from "node:module";
import {
  LangChainInstrumentation,
  type LangChainInstrumentationConfig,
} from "@kit/instrumentation-langchain";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import { trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { expect } from "vitest";
import type { Rule } from "../support/conformance.js";
import { type Answers, ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

/** Folders of the matrix, one for each line of LangChain that has today's LangGraph or one like it. */
export const VERSIONS = ["langchain-0.3", "langchain-1"] as const;

/** All lines: the oldest has a LangGraph without interrupts and names. */
export const ALL_VERSIONS = ["langchain-0.2", ...VERSIONS] as const;

export type Version = (typeof ALL_VERSIONS)[number];

// biome-ignore lint/suspicious/noExplicitAny: two majors of several libraries share no type.
export type Any = any;

/** What an application in that folder of the matrix gets when it requires a module. */
export function loader(version: Version): (module: string) => Any {
  return createRequire(new URL(`../../matrix/${version}/package.json`, import.meta.url));
}

/** Parts of the library that hold what is patched, by the names under which applications can reach them. */
const CORE = [
  "@langchain/core/callbacks/manager",
  "@langchain/core/language_models/chat_models",
  "@langchain/core/language_models/llms",
  "@langchain/core/tools",
  "@langchain/core/retrievers",
  "@langchain/core/runnables",
  "@langchain/core/singletons",
  "@langchain/core/utils/async_caller",
];
const LANGGRAPH = ["@langchain/langgraph/pregel", "@langchain/langgraph/remote"];

/** One run of a test: a line of the library, instrumented or not, and all it recorded. */
export class Stage {
  readonly load: (module: string) => Any;
  readonly telemetry: Telemetry;
  readonly instrumentation: LangChainInstrumentation;
  readonly openai: OpenAIInstrumentation | undefined;
  #server: ProviderServer | undefined;

  constructor(
    version: Version,
    config: LangChainInstrumentationConfig = {},
    { openai = true, except = [] }: { openai?: boolean; except?: readonly Rule[] } = {},
  ) {
    this.load = loader(version);
    const capture = config.captureMessageContent === true ? "SPAN_ONLY" : "NO_CONTENT";
    this.telemetry = new Telemetry({ capture, except });
    this.instrumentation = this.telemetry.observe(new LangChainInstrumentation(config));
    // The oldest has no such parts.
    const langgraph = version === "langchain-0.2" ? ["@langchain/langgraph"] : LANGGRAPH;
    for (const part of [...CORE, ...langgraph]) this.instrumentation.manuallyInstrument(this.load(part));
    if (openai) {
      this.openai = this.telemetry.observe(new OpenAIInstrumentation(config));
      this.openai.manuallyInstrument(openaiOf(version));
    }
  }

  get spans(): readonly ReadableSpan[] {
    return this.telemetry.spans;
  }

  /** A tracer for the spans of the application itself. */
  get tracer() {
    return this.telemetry.tracerProvider.getTracer("application");
  }

  /** A `ChatOpenAI` that talks to a local server. */
  async chatOpenAI(answers: Answers, fields: object = {}): Promise<Any> {
    this.#server ??= await ProviderServer.start();
    const { ChatOpenAI } = this.load("@langchain/openai");
    const configuration = { baseURL: this.#server.serve("/openai", answers) };
    return new ChatOpenAI({
      model: "gpt-4o-mini",
      apiKey: "test-key",
      maxRetries: 0,
      configuration,
      ...fields,
    });
  }

  /** The spans as a tree of names, in the order they started. */
  tree(): string[] {
    return drawTree(this.spans);
  }

  /** The only span with this name. */
  span(name: string): ReadableSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found[0] !== undefined && found.length === 1) return found[0];
    throw new Error(`${found.length} spans ${name} among:\n${this.tree().join("\n")}`);
  }

  /** The only span with this name, waited for: some end in a turn after the one in which the caller hears of the end. */
  async ended(name: string): Promise<ReadableSpan> {
    await expect.poll(() => this.spans.map((span) => span.name)).toContain(name);
    return this.span(name);
  }

  async close(): Promise<void> {
    this.instrumentation.disable();
    this.openai?.disable();
    trace.disable();
    await this.#server?.close();
  }
}

/** The copy of openai that the line's own `@langchain/openai` loads. */
function openaiOf(version: Version): Any {
  const own = createRequire(loaderPath(version, "@langchain/openai"));
  return own("openai");
}

function loaderPath(version: Version, module: string): string {
  return createRequire(new URL(`../../matrix/${version}/package.json`, import.meta.url)).resolve(module);
}

/** Names of spans, each with a dot for every span above it. */
export function drawTree(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const order = (span: ReadableSpan) => span.startTime[0] * 1e9 + span.startTime[1];
  const sorted = [...spans].sort((a, b) => order(a) - order(b));
  const below = (parent: string | undefined, depth: string): string[] =>
    sorted
      .filter(({ parentSpanContext: above }) =>
        parent === undefined ? above === undefined || !ids.has(above.spanId) : above?.spanId === parent,
      )
      .flatMap((span) => [`${depth}${span.name}`, ...below(span.spanContext().spanId, `${depth}. `)]);
  return below(undefined, "");
}

/** A chat model as applications write them, that no client below observes. */
export function toyModel(load: (module: string) => Any, work: Work = () => "Hello"): Any {
  const { SimpleChatModel } = load("@langchain/core/language_models/chat_models");
  const { AIMessage, AIMessageChunk } = load("@langchain/core/messages");
  const { ChatGenerationChunk } = load("@langchain/core/outputs");
  class ToyModel extends SimpleChatModel {
    model = "toy-1";
    baseUrl = "http://models.example.test:8080/v1";

    _llmType() {
      return "toy";
    }

    getLsParams() {
      return { ls_provider: "toy", ls_model_type: "chat", ls_model_name: "toy-1" };
    }

    async _generate(messages: Any[], options: Any) {
      const answer = (await work(messages, options)) as Any;
      const fields = typeof answer === "string" ? { content: answer } : answer;
      const message = new AIMessage({ ...META, ...fields });
      return { generations: [{ text: message.content, message }] };
    }

    async *_streamResponseChunks(messages: Any[], options: Any, runManager: Any) {
      const text = String(await work(messages, options));
      for (const [index, piece] of [...text].entries()) {
        const last = index === text.length - 1;
        const message = new AIMessageChunk({ content: piece, id: META.id, ...(last && META) });
        const chunk = new ChatGenerationChunk({ text: piece, message });
        yield chunk;
        await runManager?.handleLLMNewToken(piece, undefined, undefined, undefined, undefined, { chunk });
      }
    }
  }
  return new (ToyModel as Any)({});
}

type Work = (messages: Any[], options: Any) => unknown;

const META = {
  id: "toy-answer-1",
  usage_metadata: {
    input_tokens: 11,
    output_tokens: 7,
    total_tokens: 18,
    input_token_details: { cache_read: 3 },
    output_token_details: { reasoning: 2 },
  },
  response_metadata: { finish_reason: "stop", model_name: "toy-1-2026" },
};
