import {
  type Attributes,
  type Context,
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  ValueType,
} from "@opentelemetry/api";
import { isInference } from "../adapter/inference.js";
import type { ResponseFacts } from "../adapter/operation.js";
import { isCount, type Usage } from "../adapter/usage.js";
import { ATTR } from "../attributes.js";

const DURATION = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const AGENT_DURATION = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];
const CALLS = [1, 2, 4, 8, 16, 32, 64, 128];
const WORKFLOW_DURATION = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

/** What happened, in the terms of the metrics. */
export interface Measurement {
  operation: string;
  seconds: number;
  /** Attributes of the call that the metrics of its operation carry. */
  attributes: Attributes;
  /** Provider's own attributes, on duration and token metrics. */
  ownAttributes: Attributes | undefined;
  errorType: string | undefined;
  usage: Usage | undefined;
  calls: ResponseFacts["calls"];
  firstChunkSeconds: number | undefined;
  context: Context;
}

/** The durations of work inside this process: tools, agents, workflows. */
export class LocalDurations {
  readonly #durations: Readonly<Record<string, Histogram>>;

  /** `undefined` when metrics go nowhere, so that callers can skip the work of measuring. */
  static create(meter: Meter): LocalDurations | undefined {
    const probe = meter.createHistogram("gen_ai.execute_tool.duration", seconds(DURATION));
    return goesNowhere(probe) ? undefined : new LocalDurations(meter, probe);
  }

  private constructor(meter: Meter, tool: Histogram) {
    this.#durations = {
      execute_tool: tool,
      invoke_agent: meter.createHistogram("gen_ai.invoke_agent.duration", seconds(AGENT_DURATION)),
      invoke_workflow: meter.createHistogram("gen_ai.invoke_workflow.duration", seconds(WORKFLOW_DURATION)),
    };
  }

  /** Records one run; `false` when the conventions have no such metric for the operation. */
  record(operation: string, elapsedSeconds: number, attributes: Attributes, context: Context): boolean {
    const duration = this.#durations[operation];
    if (duration === undefined) return false;
    // Each of these metrics is about one operation, and does not repeat its name.
    const { [ATTR.operationName]: _, ...subject } = attributes;
    duration.record(elapsedSeconds, subject, context);
    return true;
  }
}

function goesNowhere(histogram: Histogram): boolean {
  return histogram.constructor === createNoopMeter().createHistogram("").constructor;
}

/** The instruments of the conventions, made once per meter. */
export class Instruments {
  readonly #inferenceDuration: Histogram;
  readonly #firstChunk: Histogram;
  readonly #outputChunk: Histogram;
  readonly #counters: Readonly<
    Record<"input" | "output" | "cacheRead" | "cacheWrite" | "reasoning", Counter>
  >;
  readonly #inputTokens: Histogram;
  readonly #outputTokens: Histogram;
  readonly #local: LocalDurations;
  readonly #operationDuration: Histogram;
  readonly #modelCalls: Histogram;
  readonly #toolCalls: Histogram;

  /** `undefined` when metrics go nowhere, so that callers can skip the work of measuring. */
  static create(meter: Meter): Instruments | undefined {
    const probe = meter.createHistogram("gen_ai.client.inference.duration", seconds(DURATION));
    const local = LocalDurations.create(meter);
    return local === undefined ? undefined : new Instruments(meter, probe, local);
  }

  private constructor(meter: Meter, inferenceDuration: Histogram, local: LocalDurations) {
    const name = (suffix: string) => `gen_ai.client.inference.${suffix}`;
    const counter = (suffix: string) =>
      meter.createCounter(name(`usage.${suffix}_tokens`), { unit: "{token}" });
    const perOperation = (side: string) =>
      meter.createHistogram(name(`operation.${side}_tokens`), {
        unit: "{token}",
        advice: { explicitBucketBoundaries: TOKENS },
      });
    this.#inferenceDuration = inferenceDuration;
    this.#firstChunk = meter.createHistogram(name("time_to_first_chunk"), seconds(DURATION));
    this.#outputChunk = meter.createHistogram(name("time_per_output_chunk"), seconds(DURATION));
    this.#counters = {
      input: counter("input"),
      output: counter("output"),
      cacheRead: counter("cache_read.input"),
      cacheWrite: counter("cache_write.input"),
      reasoning: counter("reasoning.output"),
    };
    this.#inputTokens = perOperation("input");
    this.#outputTokens = perOperation("output");
    this.#operationDuration = meter.createHistogram("gen_ai.client.operation.duration", seconds(DURATION));
    this.#local = local;
    const perAgent = (kind: string) =>
      meter.createHistogram(`gen_ai.invoke_agent.${kind}s`, {
        unit: `{${kind}}`,
        valueType: ValueType.INT,
        advice: { explicitBucketBoundaries: CALLS },
      });
    this.#modelCalls = perAgent("inference_call");
    this.#toolCalls = perAgent("tool_call");
  }

  /** One chunk after the first, with the time since the one before it. */
  recordChunk(elapsedSeconds: number, attributes: Attributes, context: Context): void {
    this.#outputChunk.record(elapsedSeconds, attributes, context);
  }

  record(measured: Measurement): void {
    const { operation, attributes, ownAttributes, errorType, context } = measured;
    const durationAttributes: Attributes = {
      ...attributes,
      ...ownAttributes,
      ...(errorType !== undefined && { [ATTR.errorType]: errorType }),
    };
    if (measured.calls !== undefined) this.#recordCalls(measured.calls, attributes, context);
    // With a provider it happens elsewhere, and counts as a client operation whatever it is called.
    const isLocal = attributes[ATTR.providerName] === undefined;
    if (isLocal && this.#local.record(operation, measured.seconds, durationAttributes, context)) return;
    if (!isInference(operation)) {
      // The conventions have no metric for plans: what takes time there is the model's call.
      if (operation === "plan") return;
      const { [ATTR.agentName]: _, ...subject } = durationAttributes;
      this.#operationDuration.record(measured.seconds, subject, context);
      return;
    }
    this.#inferenceDuration.record(measured.seconds, durationAttributes, context);
    if (measured.firstChunkSeconds !== undefined) {
      this.#firstChunk.record(measured.firstChunkSeconds, attributes, context);
    }
    if (measured.usage !== undefined)
      this.#recordTokens(measured.usage, { ...attributes, ...ownAttributes }, context);
  }

  #recordCalls(
    { models, tools }: NonNullable<ResponseFacts["calls"]>,
    { [ATTR.agentName]: name }: Attributes,
    context: Context,
  ): void {
    const agent = name === undefined ? {} : { [ATTR.agentName]: name };
    this.#modelCalls.record(models, agent, context);
    this.#toolCalls.record(tools, agent, context);
  }

  #recordTokens(usage: Usage, attributes: Attributes, context: Context): void {
    if (isCount(usage.input)) this.#inputTokens.record(usage.input, attributes, context);
    if (isCount(usage.output)) this.#outputTokens.record(usage.output, attributes, context);
    for (const [kind, modality, count] of byModality(usage)) {
      this.#counters[kind].add(count, { ...attributes, [ATTR.tokenModality]: modality }, context);
    }
  }
}

type Kind = "input" | "output" | "cacheRead" | "cacheWrite" | "reasoning";

/** Splits each total by modality; whatever the breakdown does not cover is `unknown`. */
function* byModality(usage: Usage): Generator<[Kind, string, number]> {
  yield* shares("input", usage.input, [usage.textInput, usage.imageInput, usage.audioInput]);
  yield* shares("output", usage.output, [usage.textOutput, usage.imageOutput, usage.audioOutput]);
  yield* shares("cacheRead", usage.cacheRead, [
    usage.textCacheRead,
    usage.imageCacheRead,
    usage.audioCacheRead,
  ]);
  yield* shares("cacheWrite", usage.cacheWrite, []);
  yield* shares("reasoning", usage.reasoning, []);
}

const MODALITIES = ["text", "image", "audio"];

function* shares(
  kind: Kind,
  total: number | null | undefined,
  parts: readonly (number | null | undefined)[],
): Generator<[Kind, string, number]> {
  if (!isCount(total) || total === 0) return;
  let rest = total;
  for (const [index, part] of parts.entries()) {
    if (!isCount(part) || part === 0 || part > rest) continue;
    rest -= part;
    yield [kind, MODALITIES[index] ?? "unknown", part];
  }
  if (rest > 0) yield [kind, "unknown", rest];
}

function seconds(explicitBucketBoundaries: number[]) {
  return { unit: "s", advice: { explicitBucketBoundaries } };
}
