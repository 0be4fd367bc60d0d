import { hashOf, sorted } from "./fingerprint.js";
import { LruMap } from "./lru-map.js";

/** One call of a tool, from the model's words to its result. */
export interface ToolCall {
  /** Its name in the conversation: the call id, or the id with a number when a model uses ids again. */
  readonly useId: string;
  readonly name: string;
  readonly argumentsKey: string;
  /** Span of the model call that asked for it; unknown when its execution was seen first. */
  askedBy: string | undefined;
  /** Whether the call itself was told; a result may come to light before it. */
  told: boolean;
  /** Time of the model's answer that told it, in microseconds; its result is never told before that. */
  toldMicros?: number;
  resolved: boolean;
  readonly occurrence: number;
}

const MAX_CALLS = 1_000;

/** Joins calls and results of one session, whichever of the three places they are seen in first. */
export class ToolCalls {
  readonly #byId = new LruMap<string, ToolCall>(MAX_CALLS);

  /** A call in a model's answer. Returns it when it was not told yet. */
  asked(id: string, name: string, args: unknown, spanId: string): ToolCall | undefined {
    const known = this.#byId.get(id);
    if (known) {
      known.askedBy ??= spanId;
      // The same id from another answer, after the first was settled, is another call.
      const isAnother = known.resolved && known.askedBy !== spanId;
      if (!isAnother) return known.told ? undefined : known;
    }
    return this.#add(id, name, args, spanId, (known?.occurrence ?? 0) + 1);
  }

  /** A call that was executed; found by id, or among the calls of that tool that wait for a result. */
  executed(id: string | undefined, name: string, args: unknown, spanId: string): ToolCall {
    const known = id === undefined ? this.#waiting(name, args) : this.#byId.get(id);
    return known ?? this.#add(id ?? `span_${spanId}`, name, args, undefined, 1);
  }

  /** The call that a result in the chat history answers; undefined when none waits for it. */
  answered(id: string | undefined, name: string | undefined): ToolCall | undefined {
    if (id === undefined) return this.#waiting(name, undefined);
    return this.#byId.get(id) ?? this.#add(id, name ?? "tool", undefined, undefined, 1);
  }

  #waiting(name: string | undefined, args: unknown): ToolCall | undefined {
    const waiting = [...this.#byId.values()].filter(
      (call) => !call.resolved && (name === undefined || call.name === name),
    );
    const key = toKey(args);
    return waiting.find((call) => call.argumentsKey === key) ?? waiting[0];
  }

  #add(id: string, name: string, args: unknown, askedBy: string | undefined, occurrence: number): ToolCall {
    const useId = occurrence === 1 ? id : `${id}#${occurrence}`;
    const call: ToolCall = {
      useId,
      name,
      argumentsKey: toKey(args),
      askedBy,
      told: false,
      resolved: false,
      occurrence,
    };
    this.#byId.set(id, call);
    return call;
  }
}

function toKey(args: unknown): string {
  return args === undefined ? "" : hashOf(sorted(args));
}
