import type { EncodedEvent, EventType } from "@kit/catsyphon";

/** What the delivery needs to know of an event's session. */
export interface QueuedSession {
  readonly sessionId: string;
  /** Id of the outermost session it descends from: sessions of a family are sent one after the other. */
  readonly family: string;
  /** Whether its `session_start` was queued. */
  started: boolean;
}

/** An event from its translation until it is sent: one object, because thousands of them may wait. */
export interface QueuedEvent {
  readonly session: QueuedSession;
  readonly type: EventType;
  /** Its time in microseconds since 1970; adjusted when it gets its sequence number. */
  micros: number;
  /** 0 until it is queued. */
  sequence: number;
  readonly hash: string;
  /** `data` as JSON in UTF-8: outside of the heap, where the garbage collector need not copy what waits. */
  readonly data: Buffer;
  encoded: EncodedEvent | undefined;
}
