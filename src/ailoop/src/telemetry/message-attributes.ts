import type { Attributes } from "@opentelemetry/api";
import type { Message } from "../model/message.js";
import { promptChoices, promptText } from "../model/prompt.js";
import { ATTR } from "./attributes.js";

/** What spans say of a message; never what it says itself. */
export function messageAttributes(message: Message): Attributes {
  const { content } = message;
  const wireType = content.type === "unknown" ? content.wireType : content.type;
  return {
    [ATTR.MESSAGE_ID]: message.id,
    [ATTR.CONTENT_TYPE]: wireType,
    [ATTR.SENDER_TYPE]: message.senderType,
    ...(message.correlationId === null ? {} : { [ATTR.CONVERSATION_ID]: message.correlationId }),
    ...(content.type === "notification" ? { [ATTR.PRIORITY]: content.priority } : {}),
    ...(content.type === "response" ? { [ATTR.RESPONSE_TYPE]: content.responseType } : {}),
  };
}

/** What the span of a prompt says besides; the text only when content is captured. */
export function promptAttributes(message: Message, timeout: number, captureContent: boolean): Attributes {
  const { content } = message;
  const text = captureContent ? promptText(message) : undefined;
  return {
    [ATTR.CONVERSATION_ID]: message.id,
    [ATTR.PROMPT_TIMEOUT]: timeout,
    ...(content.type === "decision" ? { [ATTR.DECISION_ID]: content.decisionId } : {}),
    ...(content.type === "decision" || content.type === "question"
      ? { [ATTR.PROMPT_CHOICES]: promptChoices(message).length }
      : {}),
    ...(text === undefined ? {} : { [ATTR.PROMPT_TEXT]: text }),
  };
}
