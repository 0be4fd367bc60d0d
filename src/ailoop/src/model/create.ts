import { randomUUID } from "node:crypto";
import { invalid } from "../errors.js";
import { checkOptions, checkPlainObject, checkSeconds } from "./checks.js";
import type {
  AuthorizationContent,
  DecisionContent,
  DecisionOption,
  DecisionRecommendation,
  MessageContent,
  NavigateContent,
  NotificationContent,
  NotificationPriority,
  QuestionContent,
  ResponseContent,
  ResponseType,
} from "./content.js";
import type { Message, Metadata, SenderType } from "./message.js";
import { checkMessage } from "./validate.js";

/** The parts of a message that have defaults. */
export interface MessageFields {
  /** @default "public" */
  channel?: string | undefined;
  /** UUID. @default a random one */
  id?: string | undefined;
  /** @default "AGENT", for responses "HUMAN" */
  senderType?: SenderType | undefined;
  /** A string must be RFC 3339 with offset. @default now */
  timestamp?: Date | string | undefined;
  /** Id of the message this one belongs to. @default null */
  correlationId?: string | null | undefined;
  metadata?: Metadata | undefined;
}

/** A message around any content; `sendMessage` sends it. @throws ValidationError naming the field. */
export function createMessage<Content extends MessageContent>(
  fields: MessageFields & { content: Content },
): Message<Content> {
  checkPlainObject(fields, "fields");
  const { content, timestamp = new Date(), metadata } = fields;
  return checkMessage({
    id: fields.id ?? randomUUID(),
    channel: fields.channel ?? "public",
    senderType: fields.senderType ?? "AGENT",
    content,
    timestamp: typeof timestamp === "string" ? timestamp : isoTime(timestamp),
    correlationId: fields.correlationId ?? null,
    ...(metadata == null ? {} : { metadata }),
  });
}

/** A question for servers up to 1.0.0; `timeout` in seconds, 0 = the server's default. */
export function createQuestion(
  text: string,
  options: MessageFields & { timeout?: number; choices?: readonly string[] } = {},
): Message<QuestionContent> {
  const { timeout = 60, choices, ...fields } = checkOptions(options);
  const timeoutSeconds = checkSeconds(timeout, "timeout");
  const content: QuestionContent = { type: "question", text, timeoutSeconds };
  return createMessage({ ...fields, content: choices === undefined ? content : { ...content, choices } });
}

/** A question with options; `decisionId` defaults to the message id, `timeout` is in seconds. */
export function createDecision(
  summary: string,
  choices: readonly DecisionOption[],
  options: MessageFields & {
    timeout?: number;
    decisionId?: string;
    contextMarkdown?: string;
    recommendation?: DecisionRecommendation;
  } = {},
): Message<DecisionContent> {
  const { timeout = 60, decisionId, contextMarkdown, recommendation, ...fields } = checkOptions(options);
  const id = fields.id ?? randomUUID();
  const content: DecisionContent = {
    type: "decision",
    decisionId: decisionId ?? id,
    summary,
    options: choices,
    timeoutSeconds: checkSeconds(timeout, "timeout"),
    ...(contextMarkdown === undefined ? {} : { contextMarkdown }),
    ...(recommendation === undefined ? {} : { recommendation }),
  };
  return createMessage({ ...fields, id, content });
}

/** A request to be allowed `action`; `timeout` in seconds. */
export function createAuthorization(
  action: string,
  options: MessageFields & { timeout?: number; context?: AuthorizationContent["context"] } = {},
): Message<AuthorizationContent> {
  const { timeout = 300, context, ...fields } = checkOptions(options);
  const timeoutSeconds = checkSeconds(timeout, "timeout");
  const content: AuthorizationContent = { type: "authorization", action, timeoutSeconds };
  return createMessage({ ...fields, content: context == null ? content : { ...content, context } });
}

/** Something to read; the priority is always sent, because the server's own default is `low`. */
export function createNotification(
  text: string,
  options: MessageFields & { priority?: NotificationPriority } = {},
): Message<NotificationContent> {
  const { priority = "normal", ...fields } = checkOptions(options);
  return createMessage({ ...fields, content: { type: "notification", text, priority } });
}

/** The answer to the message `correlationId`, by default from a HUMAN. */
export function createResponse(
  correlationId: string,
  options: Omit<MessageFields, "correlationId"> & {
    answer?: string | null;
    responseType?: ResponseType;
  } = {},
): Message<ResponseContent> {
  const { answer = null, responseType = "text", ...fields } = checkOptions(options);
  const content: ResponseContent = { type: "response", answer, responseType };
  return createMessage({ senderType: "HUMAN", ...fields, correlationId, content });
}

/** A request to open `url` in the operator's browser. */
export function createNavigate(url: string, options: MessageFields = {}): Message<NavigateContent> {
  return createMessage({ ...checkOptions(options), content: { type: "navigate", url } });
}

function isoTime(time: Date): string {
  if (!(time instanceof Date)) throw invalid("timestamp", "must be a Date or an RFC 3339 time with offset");
  if (Number.isNaN(time.getTime())) throw invalid("timestamp", "must be a valid date");
  return time.toISOString();
}
