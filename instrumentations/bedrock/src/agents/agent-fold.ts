import { type Call, type Fold, type MessagePart, TextBuilder, type Usage } from "@kit/genai";
import { readAsked, readMadeFiles } from "./agent-content.js";
import type { AgentEvent, Trace } from "./wire.js";

type Results = Parameters<NonNullable<Call["fold"]>>[1];

/** What an agent answered, put together from its stream. */
export interface AgentAnswer {
  /** Known only from its steps, as is what it used. */
  readonly version?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly parts?: MessagePart[];
}

/** Puts the answer of an agent together. Without content it keeps facts only. */
export class AgentFold implements Fold<AgentEvent, AgentAnswer> {
  readonly #content: boolean;
  readonly #results: Results;
  readonly #text = new TextBuilder();
  /** A character may be split between chunks. */
  readonly #decoder = new TextDecoder();
  readonly #parts: MessagePart[] = [];
  /** The models that were asked and did not answer yet. */
  readonly #models = new Map<string, string | undefined>();
  #version: string | undefined;
  #usage: { input: number; output: number; costUsd: number | undefined } | undefined;

  constructor(content: boolean, results: Results) {
    this.#content = content;
    this.#results = results;
  }

  add({ chunk, trace, returnControl, files }: AgentEvent): void {
    if (trace !== undefined) this.#addTrace(trace);
    if (!this.#content) return;
    if (chunk?.bytes !== undefined) this.#text.add(this.#decoder.decode(chunk.bytes, { stream: true }));
    const citations = chunk?.attribution?.citations;
    if (citations?.length) this.#parts.push({ type: "citations", citations: structuredClone(citations) });
    if (returnControl !== undefined) this.#parts.push(...readAsked(returnControl));
    if (files !== undefined) this.#parts.push(...readMadeFiles(files));
  }

  body(): AgentAnswer {
    const content = String(this.#text);
    const said: MessagePart[] = content ? [{ type: "text", content }] : [];
    return { version: this.#version, usage: this.#usage, parts: [...said, ...this.#parts] };
  }

  #addTrace({ agentVersion, collaboratorName, trace = {} }: Trace): void {
    if (collaboratorName === undefined) this.#version = agentVersion ?? this.#version;
    const { preProcessingTrace, orchestrationTrace, postProcessingTrace, routingClassifierTrace } = trace;
    const step = preProcessingTrace ?? orchestrationTrace ?? postProcessingTrace ?? routingClassifierTrace;
    const { modelInvocationInput: asked, modelInvocationOutput: answered } = step ?? {};
    if (asked?.traceId !== undefined) this.#models.set(asked.traceId, asked.foundationModel);
    const { inputTokens: input, outputTokens: output } = answered?.metadata?.usage ?? {};
    const id = answered?.traceId ?? "";
    if (input !== undefined || output !== undefined) this.#count(this.#models.get(id), input, output);
    this.#models.delete(id);
  }

  /** Each step is priced by itself, since an agent may use several models. */
  #count(model: string | undefined, input = 0, output = 0): void {
    const before = this.#usage ?? { input: 0, output: 0, costUsd: 0 };
    const price = this.#results?.price(model, { input, output });
    // The sum of some would look like the price of all.
    const costUsd = price === undefined || before.costUsd === undefined ? undefined : before.costUsd + price;
    this.#usage = { input: before.input + input, output: before.output + output, costUsd };
  }
}
