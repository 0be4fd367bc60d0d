import type { Attributes } from "@opentelemetry/api";
import type { Message } from "../model/message.js";
import { isPrompt, promptChoices } from "../model/prompt.js";
import { ATTR } from "./attributes.js";

/** Describes a message on a span, without its content. */
export function messageAttributes(message: Message): Attributes {
  const { content } = message;
  const wireType = content.type === "unknown" ? content.wireType : content.type;
  // A conversation is a prompt and what answers it.
  const conversation = isPrompt(message) ? message.id : (message.correlationId ?? undefined);
  return {
    [ATTR.MESSAGE_ID]: message.id,
    [ATTR.CONTENT_TYPE]: wireType,
    [ATTR.SENDER_TYPE]: message.senderType,
    [ATTR.CONVERSATION_ID]: conversation,
    ...(content.type === "notification" ? { [ATTR.PRIORITY]: content.priority } : {}),
    ...(content.type === "response" ? { [ATTR.RESPONSE_TYPE]: content.responseType } : {}),
  };
}

/** Further attributes of a prompt; `text` is undefined unless content is captured. */
export function promptAttributes(message: Message, timeout: number, text: string | undefined): Attributes {
  const { content } = message;
  return {
    [ATTR.PROMPT_TIMEOUT]: timeout,
    ...(content.type === "decision" ? { [ATTR.DECISION_ID]: content.decisionId } : {}),
    ...(content.type === "decision" || content.type === "question"
      ? { [ATTR.PROMPT_CHOICES]: promptChoices(message).length }
      : {}),
    [ATTR.PROMPT_TEXT]: text,
  };
}
