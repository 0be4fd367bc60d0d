import { invalid } from "../errors.js";
import {
  checkChannel,
  checkId,
  checkOneOf,
  checkOptionalString,
  checkPlainObject,
  checkText,
  checkTimestamp,
  checkWebUrl,
  checkWireSeconds,
} from "./checks.js";
import type {
  AuthorizationContent,
  DecisionContent,
  MessageContent,
  NotificationContent,
  QuestionContent,
  ResponseContent,
} from "./content.js";
import { NotificationPriority, ResponseType } from "./content.js";
import { type Message, SenderType } from "./message.js";

/** Checks a message before it leaves: stricter than the server, which stores nonsense that no one can answer. */
export function checkMessage<Content extends MessageContent>(message: Message<Content>): Message<Content> {
  checkPlainObject(message, "message");
  const id = checkId(message.id, "id");
  checkChannel(message.channel);
  checkOneOf(message.senderType, SenderType, "senderType");
  checkContent(message.content);
  checkTimestamp(message.timestamp, "timestamp");
  const correlationId =
    message.correlationId == null ? null : checkId(message.correlationId, "correlationId");
  if (message.metadata != null) checkPlainObject(message.metadata, "metadata");
  return { ...message, id, correlationId };
}

type Checks = { readonly [Type in MessageContent["type"]]: (content: ContentOf<Type>) => void };
type ContentOf<Type> = Extract<MessageContent, { type: Type }>;

/** What was read off the wire, a task or an unknown type, is relayed as it is; the server judges. */
const unchecked = () => {};

const CHECKS: Checks = {
  question: checkQuestion,
  decision: checkDecision,
  authorization: checkAuthorization,
  notification: checkNotification,
  response: checkResponse,
  navigate: (content) => void checkWebUrl(content.url, "content.url"),
  task_create: unchecked,
  task_update: unchecked,
  task_dependency_add: unchecked,
  task_dependency_remove: unchecked,
  unknown: unchecked,
};

function checkContent(content: MessageContent): void {
  checkPlainObject(content, "content");
  if (!Object.hasOwn(CHECKS, content.type)) throw invalid("content.type", "is not a known content type");
  (CHECKS[content.type] as (content: MessageContent) => void)(content);
}

function checkNotification(content: NotificationContent): void {
  checkText(content.text, "content.text");
  checkOneOf(content.priority, NotificationPriority, "content.priority");
}

function checkQuestion(content: QuestionContent): void {
  checkText(content.text, "content.text");
  checkWireSeconds(content.timeoutSeconds, "content.timeoutSeconds");
  if (content.choices === undefined) return;
  if (!Array.isArray(content.choices)) throw invalid("content.choices", "must be an array");
  content.choices.forEach((choice, index) => {
    checkText(choice, `content.choices[${index}]`);
  });
}

function checkDecision(content: DecisionContent): void {
  checkText(content.decisionId, "content.decisionId");
  checkText(content.summary, "content.summary");
  checkOptionalString(content.contextMarkdown, "content.contextMarkdown");
  checkWireSeconds(content.timeoutSeconds, "content.timeoutSeconds");
  const ids = checkOptions(content.options);
  if (content.recommendation === undefined) return;
  checkPlainObject(content.recommendation, "content.recommendation");
  checkOptionalString(content.recommendation.rationaleMarkdown, "content.recommendation.rationaleMarkdown");
  if (!ids.has(content.recommendation.optionId)) {
    throw invalid("content.recommendation.optionId", "must be the id of an option");
  }
}

function checkOptions(options: DecisionContent["options"]): ReadonlySet<string> {
  if (!Array.isArray(options)) throw invalid("content.options", "must be an array");
  if (options.length === 1) throw invalid("content.options", "must hold two options or more, or none");
  const ids = new Set<string>();
  options.forEach((option, index) => {
    const field = `content.options[${index}]`;
    checkPlainObject(option, field);
    checkText(option.id, `${field}.id`);
    checkText(option.label, `${field}.label`);
    checkOptionalString(option.detailMarkdown, `${field}.detailMarkdown`);
    if (ids.has(option.id)) throw invalid(`${field}.id`, "must be unique");
    ids.add(option.id);
  });
  return ids;
}

function checkAuthorization(content: AuthorizationContent): void {
  checkText(content.action, "content.action");
  checkWireSeconds(content.timeoutSeconds, "content.timeoutSeconds");
  if (content.context != null) checkPlainObject(content.context, "content.context");
}

function checkResponse(content: ResponseContent): void {
  checkOneOf(content.responseType, ResponseType, "content.responseType");
  if (content.answer !== null && typeof content.answer !== "string") {
    throw invalid("content.answer", "must be a string or null");
  }
}
