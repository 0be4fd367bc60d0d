import type { EventData } from "@kit/catsyphon";
import { ATTR } from "@kit/genai/core";
import { type CapturedContent, readContent, toText } from "./content.js";
import type { Conversation, Origin } from "./conversation.js";
import { fingerprint, hashOf } from "./fingerprint.js";
import { countRepeats, readNewInput } from "./history.js";
import { isSystem, type Message, type Part, reasoningOf, textOf } from "./message.js";
import type { Settings } from "./options.js";
import { type ReadableSpan, readString, toMicros } from "./readable-span.js";
import { readError, readStopReason, readUsage } from "./span-kind.js";
import { type Facts, tellCall, tellError, tellResult } from "./tell.js";
import type { SpanNode, TraceRecord } from "./trace.js";

type Call = Extract<Part, { kind: "call" }>;

/** Tells one model call: what was new in its input, the reply with model and tokens, and how it failed. */
export function tellChat(
  conversation: Conversation,
  trace: TraceRecord,
  node: SpanNode,
  span: ReadableSpan,
  settings: Settings,
): void {
  new ChatTeller(conversation, trace.traceId, node.spanId, span, settings).tell();
}

class ChatTeller {
  readonly #conversation: Conversation;
  readonly #origin: Origin;
  readonly #span: ReadableSpan;
  readonly #settings: Settings;
  readonly #start: number;

  constructor(
    conversation: Conversation,
    traceId: string,
    spanId: string,
    span: ReadableSpan,
    settings: Settings,
  ) {
    this.#conversation = conversation;
    this.#origin = { traceId, spanId };
    this.#span = span;
    this.#settings = settings;
    this.#start = conversation.startOf(span);
  }

  tell(): void {
    const content = this.#settings.includeContent ? readContent(this.#span) : undefined;
    if (content) {
      this.#tellInput(content);
      this.#tellOutput(content);
    } else this.#tellPlaceholder();
    this.#tellError();
  }

  #tellInput({ instructions, input }: CapturedContent): void {
    const { system, fresh, anchor } = readNewInput(input);
    for (const text of [...instructions, ...system.map(({ parts }) => textOf(parts))]) this.#tellSystem(text);
    for (const [offset, message] of fresh.entries()) {
      if (isSystem(message.role)) this.#tellSystem(textOf(message.parts));
      else this.#tellFresh(message, offset, anchor, input);
    }
  }

  #tellSystem(text: string): void {
    if (text === "" || text === this.#conversation.instructions) return;
    this.#conversation.instructions = text;
    const key = ["s", this.#conversation.sessionId, hashOf(text)];
    const data = { author_role: "system", message_type: "context", content: text };
    this.#add(key, "message", this.#start, data);
  }

  #tellFresh(message: Message, offset: number, anchor: Message | undefined, input: unknown): void {
    for (const part of message.parts) {
      if (part.kind !== "response") continue;
      const call = this.#conversation.tools.answered(part.id, part.name);
      if (!call || call.resolved) continue;
      call.resolved = true;
      tellResult(this.#conversation, this.#origin, this.#start, {
        useId: call.useId,
        success: true,
        result: toText(part.result),
      });
    }
    const text = textOf(message.parts);
    if (message.role === "tool" || text === "") return;
    const key = this.#promptKey(message, offset, anchor, input);
    const data = { author_role: "human", message_type: "prompt", content: text };
    this.#add(key, "message", this.#start, data);
  }

  /**
   * A prompt is known by what it answers, so the history resent with later calls adds nothing, nor does a
   * second call with the same prompt in the trace. Words that are really said again differ by how often.
   */
  #promptKey(message: Message, offset: number, anchor: Message | undefined, input: unknown): unknown[] {
    const previous = readString(this.#span.attributes, ATTR.requestPreviousResponseId);
    const place = anchor ? fingerprint(anchor) : (previous ?? "ROOT");
    const { sessionId } = this.#conversation;
    const key = ["p", sessionId, this.#origin.traceId, place, offset, fingerprint(message)];
    if (!anchor || !this.#conversation.hasTold(key)) return key;
    const repeats = countRepeats(input, anchor, message, fingerprint);
    return repeats > 0 ? [...key, repeats] : key;
  }

  #tellOutput({ output }: CapturedContent): void {
    let facts: Facts | undefined = this.#facts(output[0]?.finishReason);
    let told = false;
    for (const [choice, message] of output.entries()) {
      let thinking = this.#tellReasoning(message, choice);
      const text = textOf(message.parts);
      if (text !== "") {
        told = this.#tellReply(choice, text, facts, thinking) || told;
        facts = thinking = undefined;
      }
      for (const [index, call] of message.parts.filter(isCall).entries()) {
        if (!this.#tellCall(call, choice, index, facts, thinking)) continue;
        told = true;
        facts = thinking = undefined;
      }
    }
    // Tokens must not get lost with a reply of neither words nor news; else such a reply need not be shown,
    // when the call failed or its tool calls were told by their execution.
    const isExplained = readError(this.#span) !== undefined || output.some(({ parts }) => parts.some(isCall));
    const isWorthTelling = facts !== undefined && (!isExplained || facts.tokenUsage !== undefined);
    if (!told && isWorthTelling) {
      this.#tellReply(0, "", facts, output[0] && this.#inlineReasoning(output[0]));
    }
  }

  #tellReply(choice: number, content: string, facts: Facts | undefined, thinking?: string): boolean {
    const { sessionId } = this.#conversation;
    const key = ["a", sessionId, this.#origin.traceId, this.#origin.spanId, choice];
    return this.#add(key, "message", this.#end, {
      author_role: "assistant",
      message_type: "response",
      content,
      model: facts?.model,
      token_usage: facts?.tokenUsage,
      stop_reason: facts?.stopReason,
      thinking_content: thinking,
    });
  }

  #tellCall(call: Call, choice: number, index: number, facts: Facts | undefined, thinking?: string): boolean {
    // A model that gives its calls no ids still has them told apart.
    const id = call.id ?? `span_${this.#origin.spanId}_${choice}_${index}`;
    const known = this.#conversation.tools.asked(id, call.name, call.arguments, this.#origin.spanId);
    if (!known) return false;
    known.told = true;
    known.toldMicros = this.#end;
    return tellCall(this.#conversation, this.#origin, this.#end, this.#settings, {
      useId: known.useId,
      name: call.name,
      parameters: call.arguments,
      facts,
      thinking,
    });
  }

  /** Returns what of the reasoning the reply itself tells. */
  #tellReasoning(message: Message, choice: number): string | undefined {
    const content = reasoningOf(message.parts);
    if (this.#settings.thinking !== "event" || content === "") return this.#inlineReasoning(message);
    const { sessionId } = this.#conversation;
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

  #tellPlaceholder(): void {
    const facts = this.#facts();
    // A failed call gave no reply; a made-up one would only hide that.
    if (readError(this.#span) && facts.tokenUsage === undefined) return;
    this.#tellReply(0, this.#settings.placeholder, facts);
  }

  #tellError(): void {
    const error = readError(this.#span);
    if (!error) return;
    const { attributes } = this.#span;
    const details = {
      operation: readString(attributes, ATTR.operationName),
      model: readModel(attributes),
      provider: readString(attributes, ATTR.providerName, "gen_ai.system"),
    };
    tellError(this.#conversation, this.#origin, this.#end, this.#settings, { ...error, details });
  }

  #facts(finishReason?: string): Facts {
    const { attributes } = this.#span;
    return {
      model: readModel(attributes),
      tokenUsage: readUsage(attributes),
      stopReason: readStopReason(attributes, finishReason),
    };
  }

  #add(key: readonly unknown[], type: "message" | "thinking", micros: number, data: EventData): boolean {
    return this.#conversation.tell(key, type, micros, this.#origin, data);
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
