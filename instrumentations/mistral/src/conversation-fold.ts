import { DeltaFold, type Fold, TextBuilder, withoutNulls } from "@kit/genai";
import type { Entry } from "./entries.js";
import type { Usage } from "./wire.js";

/** What a conversation answers, as far as it has come. */
export interface ConversationBody {
  conversationId?: string;
  outputs?: readonly Entry[];
  usage?: Usage | null;
  /** What a stream reported instead of going on. */
  error?: ConversationError;
}

interface ConversationError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** An event of a streamed conversation. */
export interface ConversationEvent {
  readonly data?: (Entry & ConversationError & { readonly outputIndex?: number }) | null;
}

interface GrowingEntry {
  entry: Entry;
  readonly content: DeltaFold;
  readonly arguments: TextBuilder;
}

/** Events that are pieces of an entry, whose type is the rest. */
const PIECE = /\.(?:delta|started|done)$/;

/** Rebuilds the entries of an answer, in the order in which they began. */
export class ConversationFold implements Fold<ConversationEvent, ConversationBody> {
  readonly #content: boolean;
  readonly #body: ConversationBody = {};
  readonly #entries = new Map<string, GrowingEntry>();
  /** Who answered, all that is kept without content. */
  #by: Entry = {};

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ data }: ConversationEvent): void {
    const { type = "", conversationId, usage } = data ?? {};
    if (type === "conversation.response.started") this.#body.conversationId = String(conversationId);
    else if (type === "conversation.response.done") this.#body.usage = usage as Usage;
    else if (type === "conversation.response.error")
      this.#body.error = { code: data?.code, message: data?.message };
    else if (data != null && PIECE.test(type)) this.#grow(data, type.replace(PIECE, ""));
  }

  #grow(
    { content, arguments: sent, info, outputIndex, contentIndex: _, ...told }: Entry,
    type: string,
  ): void {
    // Who was asked answers first, whoever it is handed over to.
    this.#by = { agentId: this.#by.agentId ?? told.agentId, model: told.model ?? this.#by.model };
    if (!this.#content) return;
    // Calls that are made at once may have one place.
    const key = `${type} ${outputIndex} ${told.toolCallId ?? told.id}`;
    const before = this.#entries.get(key);
    const growing = before ?? { entry: { type }, content: new DeltaFold(), arguments: new TextBuilder() };
    if (before === undefined) this.#entries.set(key, growing);
    // The application may work on what it got while the stream goes on.
    if (info != null) growing.entry = { ...growing.entry, info: structuredClone(info) };
    growing.entry = { ...withoutNulls(told), ...growing.entry };
    if (typeof sent === "string") growing.arguments.add(sent);
    if (content != null) growing.content.add({ content: typeof content === "string" ? content : [content] });
  }

  body(): ConversationBody {
    return { ...this.#body, outputs: this.#content ? [...this.#entries.values()].map(whole) : [this.#by] };
  }
}

function whole({ entry, content, arguments: sent }: GrowingEntry): Entry {
  const text = String(sent);
  return { ...entry, ...content.value(), ...(text !== "" && { arguments: text }) };
}
