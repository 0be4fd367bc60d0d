import {
  type OperationEnd,
  parseJson,
  type ResponseFacts,
  type Telemetry,
  TelemetrySource,
} from "@kit/genai";
import { diag } from "@opentelemetry/api";
import { Entry, type EntryKind } from "./entry.js";
import { type Chain, readMeaning } from "./graph.js";
import { type ModelExtra, type ModelResult, readRequest, readResponse } from "./model.js";
import { type InferenceSpans, type KitCallbackHandlerOptions, readInferenceSpans } from "./options.js";
import { toEnd } from "./outcome.js";
import { toProvider } from "./providers.js";
import { followModel, readChainResult, recordChain, recordRetrieval, recordTool } from "./recording.js";
import { readDocuments, readQuery } from "./retrieval.js";
import { Run, Runs } from "./run.js";
import { readToolResult, readToolRun, type SerializedTool } from "./tool.js";
import { VERSION } from "./version.js";

/** Where a handler writes; `telemetry` gives nothing while its instrumentation is off. */
export interface Destination {
  telemetry(): Telemetry | undefined;
  inferenceSpans(): InferenceSpans;
}

type Metadata = Readonly<Record<string, unknown>>;

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
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = true;
  readonly #destination: Destination;
  readonly #runs = new Runs();

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  /** The library copies handlers in places; the runs are those of this one. */
  copy(): this {
    return this;
  }

  /** The run of an id, while it lasts. */
  run(id: string | undefined): Run | undefined {
    return this.#runs.get(id);
  }

  handleChatModelStart(
    model: Chain,
    messages: unknown[][],
    runId: string,
    parentRunId?: string,
    extra?: Metadata,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    this.#startModel("chat", model, messages[0], runId, parentRunId, extra, metadata);
  }

  handleLLMStart(
    model: Chain,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extra?: Metadata,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    this.#startModel("text_completion", model, prompts[0], runId, parentRunId, extra, metadata);
  }

  handleLLMNewToken(
    token: string,
    _index: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: unknown,
  ): void {
    // Without a chunk it can be an answer out of a cache, told as one token.
    if (fields !== undefined) this.#guard(() => this.#runs.get(runId)?.onToken?.(token));
  }

  handleLLMEnd(
    result: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    extra?: Metadata,
  ): void {
    this.#end(runId, () => readResponse(result as ModelResult), extra?.cached === true);
  }

  handleLLMError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleToolStart(
    tool: SerializedTool,
    input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Metadata,
    runName?: string,
    callId?: string,
  ): void {
    this.#start("tool", runId, parentRunId, metadata, (run, telemetry, entry) => {
      recordTool(run, telemetry, readToolRun(tool, entry, runName, callId), () => parseJson(input));
    });
  }

  handleToolEnd(output: unknown, runId: string): void {
    this.#end(runId, () => readToolResult(output));
  }

  handleToolError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleRetrieverStart(
    _retriever: Chain,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    this.#start("retriever", runId, parentRunId, metadata, (run, telemetry, entry) => {
      recordRetrieval(run, telemetry, readQuery(query, entry?.receiver));
    });
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#end(runId, () => readDocuments(documents));
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  handleChainStart(
    chain: Chain,
    input: unknown,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Metadata,
    _runType?: string,
    name?: string,
  ): void {
    this.#start("chain", runId, parentRunId, metadata, (run, telemetry, entry) => {
      run.name = name;
      const { parent } = run;
      const facts = { chain, name, metadata, isRoot: parent === undefined, parentName: parent?.name };
      const meaning = readMeaning({ ...facts, graph: entry?.receiver });
      if (meaning !== undefined) recordChain(run, telemetry, meaning, input);
    });
  }

  handleChainEnd(output: unknown, runId: string): void {
    this.#end(runId, () => readChainResult(output));
  }

  handleChainError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  #startModel(
    operation: string,
    { id, kwargs }: Chain,
    input: unknown,
    runId: string,
    parentRunId: string | undefined,
    extra: Metadata | undefined,
    metadata: Metadata | undefined,
  ): void {
    this.#start("model", runId, parentRunId, metadata, (run, telemetry, entry) => {
      const model = entry?.receiver ?? kwargs;
      followModel(run, telemetry, entry, {
        request: readRequest(operation, extra as ModelExtra | undefined, metadata, input, model),
        provider: toProvider(metadata?.ls_provider, id?.at(-1) ?? "langchain"),
        mode: this.#destination.inferenceSpans(),
      });
    });
  }

  #start(
    kind: EntryKind,
    id: string,
    parentId: string | undefined,
    metadata: Metadata | undefined,
    record: (run: Run, telemetry: Telemetry, entry: Entry | undefined) => void,
  ): void {
    this.#guard(() => {
      const telemetry = this.#destination.telemetry();
      if (telemetry === undefined || this.#runs.get(id) !== undefined) return;
      const entry = Entry.take(kind);
      const run = new Run(this.#runs.get(parentId), entry);
      const thread = metadata?.thread_id;
      if (thread != null) run.conversationId = String(thread);
      this.#runs.add(id, run);
      record(run, telemetry, entry);
      if (run.recorder !== undefined) entry?.bind(run.inside);
      if (entry === undefined) return;
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

  #fail(id: string, error: unknown): void {
    this.#guard(() => {
      const run = this.#runs.get(id);
      if (run !== undefined) this.#finish(id, toEnd(error, run.base));
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
    const mode = readInferenceSpans(options.inferenceSpans);
    super({ telemetry: () => source.read(), inferenceSpans: () => mode });
  }
}
