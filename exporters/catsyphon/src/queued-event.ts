import type { EncodedEvent, EventData, EventType } from "@kit/catsyphon";
import type { Conversation } from "./conversation.js";

/** An event from when it is told until it is sent: one object, because thousands of them may wait. */
export interface QueuedEvent {
  readonly conversation: Conversation;
  readonly type: EventType;
  /** Its time; the one that it is sent with once it has a number. */
  micros: number;
  /** 0 until it is taken to be sent. */
  sequence: number;
  readonly hash: string;
  /** Let go of when it is encoded. */
  data: EventData | undefined;
  encoded: EncodedEvent | undefined;
}
