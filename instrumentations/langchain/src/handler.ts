import type { ResponseFacts } from "@kit/genai";
import { isTracingSuppressed, type Telemetry, TelemetrySource } from "@kit/genai/framework";
import { readChainResult, translateChain } from "./chain.js";
import type { Chain } from "./graph.js";
import { guard } from "./guard.js";
import { type AskedModel, type ModelResult, readResponse } from "./model.js";
import { ModelCall } from "./model-call.js";
import { readAsked } from "./model-events.js";
import type { Members } from "./names.js";
import { type InferenceSpans, type KitCallbackHandlerOptions, readInferenceSpans } from "./options.js";
import { translateRemote } from "./remote.js";
import { readDocuments, translateRetrieval } from "./retrieval.js";
import { Run, type RunKind } from "./run.js";
import { Runs } from "./runs.js";
import { readToolResult, type StartedTool, translateTool } from "./tool.js";
import type { Translation } from "./translation.js";
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

  /** A graph that runs elsewhere begins, of which no callback tells. */
  startRemote(run: Run): void {
    this.#startUntold(run, (telemetry) => translateRemote(run, telemetry));
  }

  /** A model streams events, of which no callback tells either. */
  startEvents(run: Run): void {
    const { call } = run;
    if (call !== undefined)
      this.#startUntold(run, (telemetry) => this.#askModel(run, telemetry, readAsked(call)));
  }

  handleChatModelStart(...told: ModelStart): void {
    this.#startModel("chat", told);
  }

  handleLLMStart(...told: ModelStart): void {
    this.#startModel("text_completion", told);
  }

  handleLLMNewToken(token: string, _index: unknown, id: string, ...[, , fields]: Told): void {
    const run = this.#runs.get(id);
    // Without a chunk it can be a whole answer, of a model that does not stream or out of a cache.
    if (run?.streams === false && fields !== undefined) run.chunk(token);
  }

  handleChatModelStreamEvent(event: unknown, id: string): void {
    const run = this.#runs.get(id);
    if (run?.streams === false) run.chunk(event);
  }

  handleLLMEnd(result: unknown, id: string, ...[, , extra]: Told): void {
    const { cached } = (extra ?? {}) as { cached?: boolean };
    if (cached === true) this.#runs.get(id)?.ignore();
    this.#end(id, () => readResponse(result as ModelResult));
  }

  handleToolStart(...[serialized, input, id, parentId, , metadata, name, callId]: ToolStart): void {
    this.#start("tool", id, parentId, metadata, (run, telemetry) => {
      run.agent?.addTool();
      return translateTool(telemetry, run.call, { serialized, input, name, callId });
    });
  }

  handleToolEnd(output: unknown, id: string): void {
    this.#end(id, () => readToolResult(output));
  }

  handleRetrieverStart(...[, query, id, parentId, , metadata]: RetrieverStart): void {
    this.#start("retriever", id, parentId, metadata, (run, telemetry) =>
      translateRetrieval(telemetry, run.call?.receiver, query),
    );
  }

  handleRetrieverEnd(documents: unknown, id: string): void {
    this.#end(id, () => readDocuments(documents));
  }

  handleChainStart(...[chain, input, id, parentId, , metadata, , name]: ChainStart): void {
    this.#start("chain", id, parentId, metadata, (run, telemetry) => {
      run.name = name ?? chain.id?.at(-1);
      const facts = { chain, name, metadata, graph: run.call?.receiver, parent: run.parent };
      return translateChain(run, telemetry, facts, input);
    });
  }

  handleChainEnd(output: unknown, id: string): void {
    this.#end(id, () => readChainResult(output));
  }

  handleLLMError(error: unknown, id: string): void {
    this.#runs.get(id)?.end({ outcome: "error", error });
  }

  readonly handleToolError = this.handleLLMError;
  readonly handleRetrieverError = this.handleLLMError;
  readonly handleChainError = this.handleLLMError;

  #startModel(
    operation: AskedModel["operation"],
    [model, input, id, parentId, extra, , metadata]: ModelStart,
  ): void {
    // Older versions tell of a look into the cache as of a run, which has no end if the model is asked after it.
    if ((extra as { cached?: boolean } | undefined)?.cached === true) return;
    // Of several prompts each has a run of its own.
    const asked = Array.isArray(input) ? (input[0] as unknown) : input;
    const className = model.id?.at(-1);
    this.#start("model", id, parentId, metadata, (run, telemetry) => {
      const members = run.call?.receiver ?? model.kwargs;
      return this.#askModel(run, telemetry, { operation, input: asked, extra, metadata, className, members });
    });
  }

  #askModel(run: Run, telemetry: Telemetry, asked: AskedModel): Translation {
    return new ModelCall(run, telemetry, asked, this.#inferenceSpans);
  }

  #startUntold(run: Run, translate: (telemetry: Telemetry) => Translation): void {
    const telemetry = this.#telemetry();
    if (telemetry === undefined) return;
    run.begin(Run.in(run.base), undefined);
    if (!isTracingSuppressed(run.base)) run.follow(guard(() => translate(telemetry)));
  }

  #start(
    kind: RunKind,
    id: string,
    parentId: string | undefined,
    metadata: Members | undefined,
    translate: (run: Run, telemetry: Telemetry) => Translation | undefined,
  ): void {
    guard(() => {
      const telemetry = this.#telemetry();
      if (telemetry === undefined || this.#runs.get(id) !== undefined) return;
      const run = Run.told(kind);
      const parent = this.#runs.get(parentId);
      const node = metadata?.langgraph_node;
      if (node !== "__start__") parent?.beginBelow(node);
      if (kind === "model") parent?.askBelow();
      run.begin(parent, metadata);
      this.#runs.add(id, run);
      if (!isTracingSuppressed(run.base)) run.follow(translate(run, telemetry));
    });
  }

  #end(id: string, read: () => ResponseFacts): void {
    this.#runs.get(id)?.end({ outcome: "completed", response: guard(read) });
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
