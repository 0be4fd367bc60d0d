import type { ResponseFacts } from "@kit/genai";
import {
  isTracingSuppressed,
  type OperationEnd,
  type Telemetry,
  TelemetrySource,
} from "@kit/genai/framework";
import { diag } from "@opentelemetry/api";
import { followChain, readChainResult } from "./chain.js";
import { readConversation } from "./conversation.js";
import { Entry, type EntryKind } from "./entry.js";
import type { Chain } from "./graph.js";
import { type Members, type ModelResult, readRequest, readResponse } from "./model.js";
import { ModelCall } from "./model-call.js";
import { type InferenceSpans, type KitCallbackHandlerOptions, readInferenceSpans } from "./options.js";
import { toEnd } from "./outcome.js";
import { toProvider } from "./providers.js";
import { recordRemote } from "./remote.js";
import { readDocuments, recordRetrieval } from "./retrieval.js";
import { Run, Runs } from "./run.js";
import { readToolResult, recordTool, type StartedTool } from "./tool.js";
import { VERSION } from "./version.js";

/** How every callback begins that tells of a start; what follows differs by the kind of run. */
type Started<Rest extends readonly unknown[]> = [
  serialized: Chain & StartedTool["serialized"],
  input: unknown,
  id: string,
  parentId?: string,
  ...rest: Partial<Rest>,
];
type ModelStart = Started<[extra: object, tags: string[], metadata: Members]>;
type ToolStart = Started<[tags: string[], metadata: Members, name: string, callId: string]>;
type RetrieverStart = Started<[tags: string[], metadata: Members]>;
type ChainStart = Started<[tags: string[], metadata: Members, runType: string, name: string]>;
type Told = [parentId?: string, tags?: string[], extra?: object];

const MARK = Symbol.for("kit.langchain.handler");

/** Whether a handler is one of the kit's, also of another copy of this package. */
export function isKitHandler(handler: unknown): handler is RunHandler {
  return typeof handler === "object" && handler !== null && MARK in handler;
}

/** Follows the library's runs by its callbacks. Its methods are the library's, and none of them throws. */
export class RunHandler {
  readonly name = "kit_callback_handler";
  readonly [MARK] = true;
  /** In the background, callbacks would tell of a start when the run is over. */
  readonly awaitHandlers = true;
  readonly ignoreCustomEvent = true;
  readonly #telemetry: () => Telemetry | undefined;
  readonly #inferenceSpans: InferenceSpans;
  readonly #runs = new Runs();

  /** `telemetry` gives nothing while the instrumentation is off. */
  constructor(telemetry: () => Telemetry | undefined, inferenceSpans: InferenceSpans) {
    this.#telemetry = telemetry;
    this.#inferenceSpans = inferenceSpans;
  }

  /** The library copies handlers in places; the runs are those of this one. */
  copy(): this {
    return this;
  }

  /** The run of an id, while it lasts. */
  run(id: string | undefined): Run | undefined {
    return this.#runs.get(id);
  }

  /** A graph that runs elsewhere begins. */
  startRemote(entry: Entry): void {
    this.#guard(() => {
      const telemetry = this.#telemetry();
      if (telemetry !== undefined) recordRemote(telemetry, entry);
    });
  }

  handleChatModelStart(...told: ModelStart): void {
    this.#startModel("chat", told);
  }

  handleLLMStart(...told: ModelStart): void {
    this.#startModel("text_completion", told);
  }

  handleLLMNewToken(token: string, _index: unknown, id: string, ...[, , fields]: Told): void {
    // Without a chunk it can be a whole answer, of a model that does not stream or out of a cache.
    if (fields !== undefined) this.#guard(() => this.#runs.get(id)?.work?.chunk?.(token));
  }

  handleLLMEnd(result: unknown, id: string, ...[, , extra]: Told): void {
    const { cached } = (extra ?? {}) as { cached?: boolean };
    this.#end(id, () => readResponse(result as ModelResult), cached);
  }

  handleToolStart(...[serialized, input, id, parentId, , metadata, name, callId]: ToolStart): void {
    this.#start("tool", id, parentId, metadata, (run, telemetry, entry) =>
      recordTool(run, telemetry, entry, { serialized, input, name, callId }),
    );
  }

  handleToolEnd(output: unknown, id: string): void {
    this.#end(id, () => readToolResult(output));
  }

  handleRetrieverStart(...[, query, id, parentId, , metadata]: RetrieverStart): void {
    this.#start("retriever", id, parentId, metadata, (run, telemetry, entry) =>
      recordRetrieval(run, telemetry, entry?.receiver, query),
    );
  }

  handleRetrieverEnd(documents: unknown, id: string): void {
    this.#end(id, () => readDocuments(documents));
  }

  handleChainStart(...[chain, input, id, parentId, , metadata, , name]: ChainStart): void {
    this.#start("chain", id, parentId, metadata, (run, telemetry, entry) => {
      run.name = name ?? chain.id?.at(-1);
      const facts = { chain, name, metadata, graph: entry?.receiver, parent: run.parent };
      followChain(run, telemetry, facts, input);
    });
  }

  handleChainEnd(output: unknown, id: string): void {
    this.#end(id, () => readChainResult(output));
  }

  handleLLMError(error: unknown, id: string): void {
    this.#guard(() => {
      const run = this.#runs.get(id);
      if (run !== undefined) this.#finish(id, toEnd(error, run.base));
    });
  }

  readonly handleToolError = this.handleLLMError;
  readonly handleRetrieverError = this.handleLLMError;
  readonly handleChainError = this.handleLLMError;

  #startModel(operation: string, [model, input, id, parentId, extra, , metadata]: ModelStart): void {
    // Older versions tell of a look into the cache as of a run, which has no end if the model is asked after it.
    if ((extra as { cached?: boolean } | undefined)?.cached === true) return;
    this.#start("model", id, parentId, metadata, (run, telemetry, entry) => {
      const provider = toProvider(metadata?.ls_provider, model.id?.at(-1) ?? "langchain");
      // Of several prompts each has a run of its own.
      const asked = Array.isArray(input) ? (input[0] as unknown) : input;
      const request = readRequest(operation, extra, metadata, asked, entry?.receiver ?? model.kwargs);
      run.work = new ModelCall(run, telemetry, entry, { request, provider, mode: this.#inferenceSpans });
    });
  }

  #start(
    kind: EntryKind,
    id: string,
    parentId: string | undefined,
    metadata: Members | undefined,
    record: (run: Run, telemetry: Telemetry, entry: Entry | undefined) => void,
  ): void {
    this.#guard(() => {
      const telemetry = this.#telemetry();
      if (telemetry === undefined || this.#runs.get(id) !== undefined) return;
      const entry = Entry.take(kind);
      const parent = this.#runs.get(parentId);
      const node = metadata?.langgraph_node;
      if (node !== "__start__") parent?.begin(node);
      if (kind === "model") parent?.ask();
      const conversation = readConversation(metadata) ?? entry?.conversationId;
      const run = new Run(parent, entry, conversation);
      this.#runs.add(id, run);
      if (!isTracingSuppressed(run.base)) record(run, telemetry, entry);
      if (entry === undefined) return;
      if (run.recorder !== undefined) entry.bind(run.inside);
      entry.onSettled = (end) => this.#finish(id, end.error === undefined ? end : toEnd(end.error, run.base));
    });
  }

  #end(id: string, read: () => ResponseFacts, cached = false): void {
    this.#guard(() => {
      const run = this.#runs.get(id);
      if (run !== undefined) run.cached = cached;
      this.#finish(id, { outcome: "completed", response: run?.followed === true ? read() : undefined });
    });
  }

  #finish(id: string, end: OperationEnd): void {
    this.#runs.take(id)?.end(end);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      diag.debug("a run cannot be recorded", String(error));
    }
  }
}

/**
 * Records LangChain's runs where the application puts it in: `callbacks: [new KitCallbackHandler()]`. With
 * {@link LangChainInstrumentation} on as well nothing is recorded twice. Alone it cannot make the spans of runs
 * active: what the application or a client does inside a run is no child of the run's span.
 */
export class KitCallbackHandler extends RunHandler {
  constructor(options: KitCallbackHandlerOptions = {}) {
    const source = new TelemetrySource({ name: "@kit/instrumentation-langchain", version: VERSION }, options);
    super(() => source.read(), readInferenceSpans(options.inferenceSpans));
  }
}
