import type { MessageContent } from "./content.js";

/** Who wrote a message. */
export const SenderType = { AGENT: "AGENT", HUMAN: "HUMAN" } as const;
/** Who wrote a message; a string of a newer server passes through. */
export type SenderType = (typeof SenderType)[keyof typeof SenderType] | (string & {});

/** Extra data of a message. Keys travel as they are; with tracing on, `traceparent` is added. */
export type Metadata = Readonly<Record<string, unknown>>;

/** One message of a channel, as the server keeps and relays it. */
export interface Message<Content extends MessageContent = MessageContent> {
  /** Lower-case UUID, made by the sender. */
  readonly id: string;
  readonly channel: string;
  readonly senderType: SenderType;
  readonly content: Content;
  /** RFC 3339 with offset. */
  readonly timestamp: string;
  /** Id of the prompt a response answers; null when the message stands alone. */
  readonly correlationId: string | null;
  readonly metadata?: Metadata | undefined;
}
