import { Conversation } from "./conversation.js";
import { LruMap } from "./lru-map.js";
import type { QueuedEvent } from "./queued-event.js";
import type { SessionChoice, SpanNode, TraceRecord } from "./trace.js";

const MAX_CONVERSATIONS = 10_000;

/** The sessions this process tells; those not heard of for longest are forgotten, which the hashes make up for. */
export class Conversations {
  readonly #bySession = new LruMap<string, Conversation>(MAX_CONVERSATIONS);
  readonly #touched = new Set<Conversation>();
  readonly #maxContentChars: number;

  /** @param maxContentChars longer texts of events are cut */
  constructor(maxContentChars: number) {
    this.#maxContentChars = maxContentChars;
  }

  get openCount(): number {
    return [...this.open()].length;
  }

  get(sessionId: string): Conversation | undefined {
    const found = this.#bySession.get(sessionId);
    if (found) this.#touched.add(found);
    return found;
  }

  of(choice: SessionChoice, parent: Conversation | undefined): Conversation {
    let conversation = this.#bySession.get(choice.sessionId);
    if (!conversation) {
      conversation = new Conversation(choice, parent, this.#maxContentChars);
      this.#bySession.set(choice.sessionId, conversation);
    }
    this.#touched.add(conversation);
    return conversation;
  }

  *open(): Generator<Conversation> {
    for (const conversation of this.#bySession.values()) {
      if (conversation.ended || !conversation.started) continue;
      this.#touched.add(conversation);
      yield conversation;
    }
  }

  /** Sessions without a span since then. Ended ones are forgotten, open ones returned. */
  idleSince(ms: number): Conversation[] {
    const idle = [...this.#bySession.values()].filter(({ lastActivityMs }) => lastActivityMs <= ms);
    for (const conversation of idle) {
      if (conversation.ended) this.#bySession.delete(conversation.sessionId);
      else this.#touched.add(conversation);
    }
    return idle.filter(({ ended }) => !ended);
  }

  /** The outermost span in this process, as far as it is known. */
  rootOf(trace: TraceRecord, node: SpanNode): SpanNode {
    return trace.ancestors(node).at(-1) ?? node;
  }

  /** Takes what is new in all sessions; callers' sessions come before those they called. */
  takeNews(): QueuedEvent[] {
    const news: QueuedEvent[] = [];
    for (const conversation of this.#touched) if (conversation.hasNews) news.push(...conversation.take());
    this.#touched.clear();
    return news;
  }
}
