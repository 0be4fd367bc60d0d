import { isPlainObject } from "../model/checks.js";
import {
  type DecisionRecommendation,
  type MessageContent,
  NotificationPriority,
  ResponseType,
  type TaskDependencyAddContent,
} from "../model/content.js";
import type { Task } from "../model/task.js";
import type { FieldReader } from "./field-reader.js";

type ReadContent = (fields: FieldReader) => MessageContent;

/** One reader per content type on the wire; required fields as the server requires them. */
const READERS: Readonly<Record<string, ReadContent>> = {
  question: (fields) => ({
    type: "question",
    text: fields.string("text"),
    timeoutSeconds: fields.seconds("timeout_seconds"),
    ...(fields.any("choices") == null ? {} : { choices: fields.strings("choices") }),
  }),
  decision: readDecision,
  authorization: (fields) => ({
    type: "authorization",
    action: fields.string("action"),
    // The server takes any JSON here; what is not an object has no keys to read and is left to `raw`.
    context: isPlainObject(fields.any("context")) ? fields.object("context").all() : null,
    timeoutSeconds: fields.seconds("timeout_seconds"),
  }),
  notification: (fields) => ({
    type: "notification",
    text: fields.string("text"),
    priority: fields.oneOf("priority", NotificationPriority, "low"), // the server's own default
  }),
  response: (fields) => ({
    type: "response",
    answer: fields.optionalString("answer") ?? null,
    responseType: fields.oneOf("response_type", ResponseType),
  }),
  navigate: (fields) => ({ type: "navigate", url: fields.string("url") }),
  task_create: (fields) => ({ type: "task_create", task: readTask(fields.object("task")) }),
  task_update: (fields) => ({
    type: "task_update",
    taskId: fields.string("task_id"),
    state: fields.string("state"),
    updatedAt: fields.string("updated_at"),
  }),
  task_dependency_add: (fields) => ({
    type: "task_dependency_add",
    taskId: fields.string("task_id"),
    dependsOn: fields.string("depends_on"),
    dependencyType: fields.string("dependency_type") as TaskDependencyAddContent["dependencyType"],
    timestamp: fields.string("timestamp"),
  }),
  task_dependency_remove: (fields) => ({
    type: "task_dependency_remove",
    taskId: fields.string("task_id"),
    dependsOn: fields.string("depends_on"),
    timestamp: fields.string("timestamp"),
  }),
};

/** An unknown type is kept as it came; a known type of the wrong shape is refused. */
export function readContent(fields: FieldReader): MessageContent {
  const type = fields.string("type");
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return read ? read(fields) : { type: "unknown", wireType: type, raw: fields.all() };
}

function readDecision(fields: FieldReader): MessageContent {
  const contextMarkdown = fields.optionalString("context_markdown");
  const recommended = fields.optionalObject("recommendation");
  return {
    type: "decision",
    decisionId: fields.string("decision_id"),
    summary: fields.string("summary"),
    ...(contextMarkdown === undefined ? {} : { contextMarkdown }),
    options: fields.objects("options").map((option) => {
      const detailMarkdown = option.optionalString("detail_markdown");
      return {
        id: option.string("id"),
        label: option.string("label"),
        ...(detailMarkdown === undefined ? {} : { detailMarkdown }),
      };
    }),
    ...(recommended === undefined ? {} : { recommendation: readRecommendation(recommended) }),
    timeoutSeconds: fields.seconds("timeout_seconds"),
  };
}

function readRecommendation(fields: FieldReader): DecisionRecommendation {
  const rationaleMarkdown = fields.optionalString("rationale_markdown");
  return {
    optionId: fields.string("option_id"),
    ...(rationaleMarkdown === undefined ? {} : { rationaleMarkdown }),
  };
}

function readTask(fields: FieldReader): Task {
  return {
    id: fields.string("id"),
    title: fields.string("title"),
    description: fields.string("description"),
    state: fields.string("state"),
    createdAt: fields.string("created_at"),
    updatedAt: fields.string("updated_at"),
    assignee: fields.optionalString("assignee") ?? null,
    metadata: fields.any("metadata") ?? null,
    dependsOn: fields.strings("depends_on"),
    blockingFor: fields.strings("blocking_for"),
    blocked: fields.boolean("blocked"),
    dependencyType: fields.optionalString("dependency_type") ?? null,
  };
}
