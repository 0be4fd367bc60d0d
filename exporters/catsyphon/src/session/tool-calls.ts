import { LruMap } from "../bounded/lru-map.js";
import { hashOf, sorted } from "../message/fingerprint.js";

/** One call of a tool, from the model's request to its result. */
export interface ToolCall {
  /** Its `tool_use_id`: the call id, with a number appended if a model reuses ids. */
  readonly useId: string;
  readonly name: string;
  readonly argumentsKey: string;
  /** Span of the model call that requested it; undefined if its execution was seen first. */
  requestedBy: string | undefined;
  /** Whether its `tool_call` event was added; the result may be found first. */
  emitted: boolean;
  /** Time of that event in microseconds, if a model's reply gave it; the result never gets an earlier one. */
  emittedMicros?: number;
  resolved: boolean;
  readonly occurrence: number;
}

const MAX_CALLS = 1_000;

/** Matches calls and results of one session: both appear in replies, in executions and in later inputs, in any order. */
export class ToolCalls {
  readonly #byId = new LruMap<string, ToolCall>(MAX_CALLS);

  /** A call in a model's reply. Returns it unless its event was added before. */
  requested(id: string, name: string, args: unknown, spanId: string): ToolCall | undefined {
    const known = this.#byId.get(id);
    if (known) {
      known.requestedBy ??= spanId;
      // The same id in another reply, after the first call was resolved, is another call.
      const isAnother = known.resolved && known.requestedBy !== spanId;
      if (!isAnother) return known.emitted ? undefined : known;
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

  #add(
    id: string,
    name: string,
    args: unknown,
    requestedBy: string | undefined,
    occurrence: number,
  ): ToolCall {
    const useId = occurrence === 1 ? id : `${id}#${occurrence}`;
    const call: ToolCall = {
      useId,
      name,
      argumentsKey: toKey(args),
      requestedBy,
      emitted: false,
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
