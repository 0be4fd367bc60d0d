import type { EventData } from "@kit/catsyphon";
import { ATTR } from "@kit/genai/core";
import { readError, readStopReason, readUsage } from "../genai-attributes.js";
import { type CapturedContent, readContent, toText } from "../message/content.js";
import { fingerprint, hashOf } from "../message/fingerprint.js";
import { countRepeats, readNewInput } from "../message/history.js";
import { isSystem, type Message, type Part, reasoningOf, textOf } from "../message/message.js";
import type { Settings } from "../options.js";
import { type ReadableSpan, readString, toMicros } from "../readable-span.js";
import type { Origin, Session } from "../session/session.js";
import type { SpanNode, TraceRecord } from "../trace/trace.js";
import { addError, addToolCall, addToolResult, type ReplyFacts } from "./events.js";

type Call = Extract<Part, { kind: "call" }>;

/** Adds the events of one model call: what is new in its input, the reply with model and tokens, the error. */
export function translateChat(
  session: Session,
  trace: TraceRecord,
  node: SpanNode,
  span: ReadableSpan,
  settings: Settings,
): void {
  new ChatTranslation(session, trace.traceId, node.spanId, span, settings).addEvents();
}

class ChatTranslation {
  readonly #session: Session;
  readonly #origin: Origin;
  readonly #span: ReadableSpan;
  readonly #settings: Settings;
  readonly #start: number;

  constructor(session: Session, traceId: string, spanId: string, span: ReadableSpan, settings: Settings) {
    this.#session = session;
    this.#origin = { traceId, spanId };
    this.#span = span;
    this.#settings = settings;
    this.#start = session.startOf(span);
  }

  addEvents(): void {
    const content = this.#settings.includeContent ? readContent(this.#span) : undefined;
    if (content) {
      this.#addInput(content);
      this.#addOutput(content);
    } else this.#addPlaceholder();
    this.#addError();
  }

  #addInput({ instructions, input }: CapturedContent): void {
    const { system, newMessages, previousReply } = readNewInput(input);
    for (const text of [...instructions, ...system.map(({ parts }) => textOf(parts))])
      this.#addSystemMessage(text);
    for (const [offset, message] of newMessages.entries()) {
      if (isSystem(message.role)) this.#addSystemMessage(textOf(message.parts));
      else this.#addNewMessage(message, offset, previousReply, input);
    }
  }

  #addSystemMessage(text: string): void {
    if (text === "" || text === this.#session.instructions) return;
    this.#session.instructions = text;
    const key = ["s", this.#session.sessionId, hashOf(text)];
    const data = { author_role: "system", message_type: "context", content: text };
    this.#add(key, "message", this.#start, data);
  }

  #addNewMessage(message: Message, offset: number, previousReply: Message | undefined, input: unknown): void {
    for (const part of message.parts) {
      if (part.kind !== "response") continue;
      const call = this.#session.tools.answered(part.id, part.name);
      if (!call || call.resolved) continue;
      call.resolved = true;
      addToolResult(this.#session, this.#origin, this.#start, {
        useId: call.useId,
        success: true,
        result: toText(part.result),
      });
    }
    const text = textOf(message.parts);
    if (message.role === "tool" || text === "") return;
    const key = this.#promptKey(message, offset, previousReply, input);
    const data = { author_role: "human", message_type: "prompt", content: text };
    this.#add(key, "message", this.#start, data, message.json);
  }

  /**
   * A prompt is identified by the reply it follows, so neither the history resent with later calls nor a second call
   * with the same prompt in the trace adds it again. A prompt repeated after the same reply differs by its count.
   */
  #promptKey(
    message: Message,
    offset: number,
    previousReply: Message | undefined,
    input: unknown,
  ): unknown[] {
    const previous = readString(this.#span.attributes, ATTR.requestPreviousResponseId);
    const place = previousReply ? fingerprint(previousReply) : (previous ?? "ROOT");
    const { sessionId } = this.#session;
    const key = ["p", sessionId, this.#origin.traceId, place, offset, fingerprint(message)];
    if (!previousReply || !this.#session.has(key)) return key;
    const repeats = countRepeats(input, previousReply, message, fingerprint);
    return repeats > 0 ? [...key, repeats] : key;
  }

  #addOutput({ output }: CapturedContent): void {
    let facts: ReplyFacts | undefined = this.#readFacts(output[0]?.finishReason);
    let added = false;
    for (const [choice, message] of output.entries()) {
      let thinking = this.#addReasoning(message, choice);
      const text = textOf(message.parts);
      if (text !== "") {
        added = this.#addReply(choice, text, facts, thinking, message.json) || added;
        facts = thinking = undefined;
      }
      for (const [index, call] of message.parts.filter(isCall).entries()) {
        if (!this.#addCall(call, choice, index, facts, thinking)) continue;
        added = true;
        facts = thinking = undefined;
      }
    }
    // A reply without text or new tool calls is added for its tokens. One without tokens either is left out if the
    // call failed, or if the executions of its tool calls were added before.
    const isExplained = readError(this.#span) !== undefined || output.some(({ parts }) => parts.some(isCall));
    const isNeeded = facts !== undefined && (!isExplained || facts.tokenUsage !== undefined);
    if (!added && isNeeded) {
      this.#addReply(0, "", facts, output[0] && this.#inlineReasoning(output[0]));
    }
  }

  #addReply(
    choice: number,
    content: string,
    facts: ReplyFacts | undefined,
    thinking?: string,
    json?: string,
  ): boolean {
    const { sessionId } = this.#session;
    const key = ["a", sessionId, this.#origin.traceId, this.#origin.spanId, choice];
    const data = {
      author_role: "assistant",
      message_type: "response",
      content,
      model: facts?.model,
      token_usage: facts?.tokenUsage,
      stop_reason: facts?.stopReason,
      thinking_content: thinking,
    };
    return this.#add(key, "message", this.#end, data, json);
  }

  #addCall(
    call: Call,
    choice: number,
    index: number,
    facts: ReplyFacts | undefined,
    thinking?: string,
  ): boolean {
    // Calls without ids of the model's get ids of our own.
    const id = call.id ?? `span_${this.#origin.spanId}_${choice}_${index}`;
    const known = this.#session.tools.requested(id, call.name, call.arguments, this.#origin.spanId);
    if (!known) return false;
    known.emitted = true;
    known.emittedMicros = this.#end;
    return addToolCall(this.#session, this.#origin, this.#end, this.#settings, {
      useId: known.useId,
      name: call.name,
      parameters: call.arguments,
      facts,
      thinking,
    });
  }

  /** Returns the reasoning that belongs into the event of the reply. */
  #addReasoning(message: Message, choice: number): string | undefined {
    const content = reasoningOf(message.parts);
    if (this.#settings.thinking !== "event" || content === "") return this.#inlineReasoning(message);
    const { sessionId } = this.#session;
    const key = ["th", sessionId, this.#origin.traceId, this.#origin.spanId, choice];
    this.#add(key, "thinking", this.#end, {
      author_role: "assistant",
      message_type: "plan",
      content,
      thinking_content: content,
    });
    return undefined;
  }

  #inlineReasoning(message: Message): string | undefined {
    return this.#settings.thinking === "inline" ? reasoningOf(message.parts) || undefined : undefined;
  }

  #addPlaceholder(): void {
    const facts = this.#readFacts();
    // A failed call gave no reply; a made-up one would only hide that.
    if (readError(this.#span) && facts.tokenUsage === undefined) return;
    this.#addReply(0, this.#settings.placeholder, facts);
  }

  #addError(): void {
    const error = readError(this.#span);
    if (!error) return;
    const { attributes } = this.#span;
    const details = {
      operation: readString(attributes, ATTR.operationName),
      model: readModel(attributes),
      provider: readString(attributes, ATTR.providerName, "gen_ai.system"),
    };
    addError(this.#session, this.#origin, this.#end, this.#settings, { ...error, details });
  }

  #readFacts(finishReason?: string): ReplyFacts {
    const { attributes } = this.#span;
    return {
      model: readModel(attributes),
      tokenUsage: readUsage(attributes),
      stopReason: readStopReason(attributes, finishReason),
    };
  }

  /** @param json the content of the data as JSON, if that is known */
  #add(
    key: readonly unknown[],
    type: "message" | "thinking",
    micros: number,
    data: EventData,
    json?: string,
  ): boolean {
    return this.#session.add(key, type, micros, this.#origin, data, json);
  }

  get #end(): number {
    return toMicros(this.#span.endTime);
  }
}

function isCall(part: Part): part is Call {
  return part.kind === "call";
}

function readModel(attributes: ReadableSpan["attributes"]): string | undefined {
  return readString(attributes, ATTR.responseModel, ATTR.requestModel);
}
