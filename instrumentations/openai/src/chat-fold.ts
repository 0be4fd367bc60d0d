import { type Fold, TextBuilder } from "@kit/genai";
import type { ChatMessage, ToolCall } from "./chat-messages.js";
import type { CompletionUsage } from "./usage.js";

interface Choice {
  index?: number;
  finish_reason?: string | null;
  message?: ChatMessage;
}

/** The body of an unstreamed answer. */
export interface ChatCompletion {
  id?: string;
  model?: string;
  choices?: readonly Choice[];
  usage?: CompletionUsage | null | undefined;
  service_tier?: string | null | undefined;
  system_fingerprint?: string | null | undefined;
  /** Groq sends the usage of a stream here. */
  x_groq?: { usage?: CompletionUsage } | null | undefined;
}

interface ToolCallDelta extends ToolCall {
  index?: number;
}

interface Delta extends Omit<ChatMessage, "tool_calls" | "content"> {
  content?: string | null;
  tool_calls?: readonly ToolCallDelta[] | null;
}

/** One event of a streamed answer. */
export interface ChatCompletionChunk extends Omit<ChatCompletion, "choices"> {
  choices?: readonly { index?: number; finish_reason?: string | null; delta?: Delta | null }[];
}

/** Rebuilds the completion that the call would have returned unstreamed. Without content only its facts are kept. */
export function foldChat(content: boolean): Fold<ChatCompletionChunk, ChatCompletion> {
  const facts: ChatCompletion = {};
  const choices: { finishReason: string | null; message: MessageFold | undefined }[] = [];
  return {
    add(chunk) {
      keepFacts(facts, chunk);
      for (const choice of chunk.choices ?? []) {
        const index = choice.index ?? 0;
        choices[index] ??= { finishReason: null, message: content ? new MessageFold() : undefined };
        const folded = choices[index];
        if (choice.finish_reason != null) folded.finishReason = choice.finish_reason;
        if (choice.delta != null) folded.message?.add(choice.delta);
      }
    },
    body: () => ({
      ...facts,
      choices: choices.flatMap(({ finishReason, message }) => [
        { finish_reason: finishReason, ...(message && { message: message.toMessage() }) },
      ]),
    }),
  };
}

function keepFacts(facts: ChatCompletion, chunk: ChatCompletionChunk): void {
  // Azure's first chunk has an empty id and model; later ones must not lose to it.
  if (chunk.id) facts.id = chunk.id;
  if (chunk.model) facts.model = chunk.model;
  if (chunk.usage != null) facts.usage = chunk.usage;
  else if (chunk.x_groq?.usage != null) facts.usage = chunk.x_groq.usage;
  if (chunk.service_tier != null) facts.service_tier = chunk.service_tier;
  if (chunk.system_fingerprint != null) facts.system_fingerprint = chunk.system_fingerprint;
}

class MessageFold {
  #role = "assistant";
  readonly #text = new TextBuilder();
  readonly #thinking = new TextBuilder();
  readonly #refusal = new TextBuilder();
  readonly #audio = new TextBuilder();
  readonly #transcript = new TextBuilder();
  readonly #calls: CallFold[] = [];
  #function: CallFold | undefined;

  add(delta: Delta): void {
    if (delta.role != null) this.#role = delta.role;
    this.#text.add(delta.content);
    this.#thinking.add(delta.reasoning_content ?? delta.reasoning);
    this.#refusal.add(delta.refusal);
    this.#audio.add(delta.audio?.data);
    this.#transcript.add(delta.audio?.transcript);
    if (delta.function_call != null) {
      this.#function ??= new CallFold();
      this.#function.add({ function: delta.function_call });
    }
    for (const call of delta.tool_calls ?? []) this.#callFor(call).add(call);
  }

  toMessage(): ChatMessage {
    const [audio, transcript] = [this.#audio.toString(), this.#transcript.toString()];
    return {
      role: this.#role,
      content: this.#text.toString(),
      reasoning_content: this.#thinking.toString(),
      refusal: this.#refusal.toString() || null,
      audio:
        audio || transcript ? { ...(audio && { data: audio }), ...(transcript && { transcript }) } : null,
      tool_calls: this.#calls.map((call) => call.toToolCall()),
      function_call: this.#function?.toToolCall().function ?? null,
    };
  }

  /** Calls are told apart by index; some compatible providers send whole calls all at one index, or at none. */
  #callFor(delta: ToolCallDelta): CallFold {
    const known = this.#calls.findLast((call) =>
      delta.index === undefined ? delta.id == null : call.index === delta.index,
    );
    if (known !== undefined && (delta.id == null || known.id === undefined || known.id === delta.id))
      return known;
    const call = new CallFold(delta.index);
    this.#calls.push(call);
    return call;
  }
}

class CallFold {
  id: string | undefined;
  #name = "";
  #custom = false;
  readonly #arguments = new TextBuilder();

  readonly index: number | undefined;

  constructor(index?: number) {
    this.index = index;
  }

  add(delta: ToolCallDelta): void {
    if (delta.id) this.id = delta.id;
    if (delta.custom != null) this.#custom = true;
    this.#name ||= delta.function?.name ?? delta.custom?.name ?? "";
    this.#arguments.add(delta.function?.arguments ?? delta.custom?.input);
  }

  toToolCall(): ToolCall {
    const [name, text] = [this.#name, this.#arguments.toString()];
    return {
      id: this.id ?? null,
      ...(this.#custom ? { custom: { name, input: text } } : { function: { name, arguments: text } }),
    };
  }
}
