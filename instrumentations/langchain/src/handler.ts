import type { ResponseFacts } from "@kit/genai";
import {
  guard,
  isTracingSuppressed,
  readChoice,
  type Telemetry,
  TelemetrySource,
} from "@kit/genai/framework";
import { readChainResult, translateChain } from "./chain/chain.js";
import { type Chain, isFunction, isGraph } from "./chain/graph.js";
import { type AskedModel, type ModelResult, readResponse } from "./model/model.js";
import { translateModel } from "./model/model-call.js";
import type { Members } from "./names.js";
import { INFERENCE_SPANS, type InferenceSpans, type KitCallbackHandlerOptions } from "./options.js";
import { readDocuments, translateRetrieval } from "./retrieval.js";
import { Run, type RunKind } from "./run/run.js";
import { Runs } from "./run/runs.js";
import type { Translation } from "./run/translation.js";
import { readToolResult, type StartedTool, translateTool } from "./tool.js";
import { VERSION } from "./version.js";

/** The parameters of a start callback; the last ones differ by the kind of run. */
type Started<Rest extends readonly unknown[]> = [
  serialized: Chain & Partial<StartedTool>["serialized"],
  input: unknown,
  id: string,
  parentId?: string,
  ...rest: Partial<Rest>,
];
type ModelStart = Started<[extra: object, tags: string[], metadata: Members]>;
type ToolStart = Started<[tags: string[], metadata: Members, name: string, callId: string]>;
type RetrieverStart = Started<[tags: string[], metadata: Members]>;
type ChainStart = Started<[tags: string[], metadata: Members, runType: string, name: string]>;
/** The last parameters of every other callback. */
type Rest = [parentId?: string, tags?: string[], extra?: object];

type Translate = (run: Run, telemetry: Telemetry, mode: InferenceSpans) => Translation | undefined;

const MARK = Symbol.for("kit.langchain.handler");

/** Whether a handler is one of the kit's, even from another copy of this package. */
export function isKitHandler(handler: unknown): handler is RunHandler {
  return typeof handler === "object" && handler !== null && MARK in handler;
}

/** Follows the library's runs by its callbacks, whose names are the library's. None of them throws. */
export class RunHandler {
  readonly name = "kit_callback_handler";
  readonly [MARK] = true;
  /** Otherwise a start callback may come after its run has ended. */
  readonly awaitHandlers = true;
  readonly #telemetry: () => Telemetry | undefined;
  readonly #inferenceSpans: InferenceSpans;
  /** The open ones. */
  readonly runs = new Runs();

  /** `telemetry` returns `undefined` while the instrumentation is disabled. */
  constructor(telemetry: () => Telemetry | undefined, inferenceSpans: InferenceSpans) {
    this.#telemetry = telemetry;
    this.#inferenceSpans = inferenceSpans;
  }

  /** Starts a run that has no callbacks. */
  startUnreported(run: Run, translate: Translate): void {
    guard("a run", () => this.#follow(run, Run.in(run.base), undefined, translate));
  }

  readonly handleChatModelStart = this.#startsModel("chat");
  readonly handleLLMStart = this.#startsModel("text_completion");

  handleLLMNewToken(token: string, _index: unknown, id: string, ...[, , fields]: Rest): void {
    const run = this.runs.get(id);
    // A token without a chunk may be the whole answer of a model that does not stream, or of a cache.
    if (run?.streams === false && fields !== undefined) run.chunk(token);
  }

  handleChatModelStreamEvent(event: unknown, id: string): void {
    const run = this.runs.get(id);
    if (run?.streams === false) run.chunk(event);
  }

  handleLLMEnd(result: ModelResult, id: string, ...[, , extra]: Rest): void {
    const run = this.runs.get(id);
    const { cached } = (extra ?? {}) as { cached?: boolean };
    if (cached === true) run?.ignore();
    this.#ends((output: ModelResult) => readResponse(output, run?.cached))(result, id);
  }

  handleToolStart(...[serialized, input, id, parentId, , metadata, name, callId]: ToolStart): void {
    this.#start("tool", id, parentId, metadata, (run, telemetry) =>
      translateTool(run, telemetry, { serialized, input, name, callId }),
    );
  }

  handleRetrieverStart(...[, query, id, parentId, , metadata]: RetrieverStart): void {
    this.#start("retriever", id, parentId, metadata, (run, telemetry) =>
      translateRetrieval(telemetry, run.call?.receiver, query),
    );
  }

  handleChainStart(...[chain, input, id, parentId, , metadata, , name]: ChainStart): void {
    if (isGraph(chain)) this.runs.get(parentId)?.callStarts("chain");
    this.#start("chain", id, parentId, metadata, (run, telemetry) => {
      run.name = name ?? chain.id?.at(-1);
      run.isFunction = isFunction(chain);
      const facts = { chain, name, metadata, graph: run.call?.receiver, parent: run.parent };
      return translateChain(run, telemetry, facts, input);
    });
  }

  readonly handleToolEnd = this.#ends(readToolResult);
  readonly handleRetrieverEnd = this.#ends(readDocuments);
  readonly handleChainEnd = this.#ends(readChainResult);

  handleLLMError(error: unknown, id: string): void {
    this.runs.get(id)?.end({ outcome: "error", error });
  }

  readonly handleToolError = this.handleLLMError;
  readonly handleRetrieverError = this.handleLLMError;
  readonly handleChainError = this.handleLLMError;

  #startsModel(operation: AskedModel["operation"]) {
    return (...[model, input, id, parentId, extra, , metadata]: ModelStart): void => {
      // Before 0.3, a cache look-up is reported as a run too, which never ends if the model has to be called.
      if ((extra as { cached?: boolean } | undefined)?.cached === true) return;
      // With several prompts, each has a run of its own.
      const prompt = Array.isArray(input) ? (input[0] as unknown) : input;
      const className = model.id?.at(-1);
      this.#start("model", id, parentId, metadata, (run, telemetry, mode) => {
        const members = run.call?.receiver ?? model.kwargs;
        const asked = { operation, input: prompt, extra, metadata, className, members };
        return translateModel(run, telemetry, asked, mode);
      });
    };
  }

  #start(
    kind: RunKind,
    id: string,
    parentId: string | undefined,
    metadata: Members | undefined,
    translate: Translate,
  ): void {
    if (this.#telemetry() === undefined || this.runs.get(id) !== undefined) return;
    guard("a run", () => {
      const run = Run.reported(kind);
      const parent = this.runs.get(parentId);
      const node = metadata?.langgraph_node;
      if (node !== "__start__") parent?.childStarts(node);
      if (kind !== "chain") parent?.callStarts(kind);
      this.runs.add(id, run);
      this.#follow(run, parent, metadata, translate);
    });
  }

  #follow(run: Run, parent: Run | undefined, metadata: Members | undefined, translate: Translate): void {
    const telemetry = this.#telemetry();
    if (telemetry === undefined) return;
    run.begin(parent, metadata);
    if (!isTracingSuppressed(run.base)) run.follow(translate(run, telemetry, this.#inferenceSpans));
  }

  #ends<Output>(read: (output: Output) => ResponseFacts) {
    return (output: Output, id: string): void =>
      this.runs.get(id)?.end({ outcome: "completed", response: guard("an answer", () => read(output)) });
  }
}

/**
 * Records LangChain's runs wherever the application passes it: `callbacks: [new KitCallbackHandler()]`. Together with
 * {@link LangChainInstrumentation}, nothing is recorded twice. Without it, the spans of runs are not active while they
 * run: spans and requests of the application or a client inside a run are not children of the run's span.
 */
export class KitCallbackHandler extends RunHandler {
  constructor(options: KitCallbackHandlerOptions = {}) {
    const source = new TelemetrySource({ name: "@kit/instrumentation-langchain", version: VERSION }, options);
    super(() => source.read(), readChoice(INFERENCE_SPANS, options.inferenceSpans));
  }
}
