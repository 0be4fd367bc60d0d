import type { EncodedEvent, EventType } from "@kit/catsyphon";

/** The session an event belongs to, as far as sending it goes. */
export interface Told {
  readonly sessionId: string;
  /** The outermost session it descends from: those of a family are sent one after the other. */
  readonly family: string;
  /** Whether its start was told. */
  started: boolean;
}

/** An event from when it is told until it is sent: one object, because thousands of them may wait. */
export interface QueuedEvent {
  readonly conversation: Told;
  readonly type: EventType;
  /** Its time; the one that it is sent with once it has a number. */
  micros: number;
  /** 0 until it is taken to be sent. */
  sequence: number;
  readonly hash: string;
  /** What it says, as JSON; let go of when the whole is encoded. */
  data: string;
  encoded: EncodedEvent | undefined;
}
