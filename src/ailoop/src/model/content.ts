import type { Task } from "./task.js";

/** How a prompt ended. */
export const ResponseType = {
  TEXT: "text",
  AUTHORIZATION_APPROVED: "authorization_approved",
  AUTHORIZATION_DENIED: "authorization_denied",
  TIMEOUT: "timeout",
  CANCELLED: "cancelled",
} as const;
/** How a prompt ended. Approved is `authorization_approved` and nothing else. */
export type ResponseType = (typeof ResponseType)[keyof typeof ResponseType];

/** How loudly a notification is shown. */
export const NotificationPriority = { LOW: "low", NORMAL: "normal", HIGH: "high", URGENT: "urgent" } as const;
/** How loudly a notification is shown. */
export type NotificationPriority = (typeof NotificationPriority)[keyof typeof NotificationPriority];

/** A question as servers up to 1.0.0 take it; newer ones refuse it with 422 and want a decision. */
export interface QuestionContent {
  readonly type: "question";
  readonly text: string;
  readonly timeoutSeconds: number;
  readonly choices?: readonly string[] | undefined;
}

/** One thing a person can pick. */
export interface DecisionOption {
  readonly id: string;
  readonly label: string;
  readonly detailMarkdown?: string | undefined;
}

/** What the agent would pick. */
export interface DecisionRecommendation {
  /** Must be the id of one of the options. */
  readonly optionId: string;
  readonly rationaleMarkdown?: string | undefined;
}

/** A question with options, servers from 1.0.1. No options at all = free text, answerable through the API only. */
export interface DecisionContent {
  readonly type: "decision";
  readonly decisionId: string;
  readonly summary: string;
  readonly contextMarkdown?: string | undefined;
  readonly options: readonly DecisionOption[];
  readonly recommendation?: DecisionRecommendation | undefined;
  readonly timeoutSeconds: number;
}

/** A request to be allowed something. */
export interface AuthorizationContent {
  readonly type: "authorization";
  readonly action: string;
  /** Keys travel as they are; absent, null and no context are one on the wire. */
  readonly context?: Readonly<Record<string, unknown>> | null | undefined;
  readonly timeoutSeconds: number;
}

/** Something to read; there is no answer. */
export interface NotificationContent {
  readonly type: "notification";
  readonly text: string;
  readonly priority: NotificationPriority;
}

/** An answer. `answer` is null where the type says it all, as in approvals. */
export interface ResponseContent {
  readonly type: "response";
  readonly answer: string | null;
  readonly responseType: ResponseType;
}

/** A request to open a page in the operator's browser; approved = opened. */
export interface NavigateContent {
  readonly type: "navigate";
  /** Absolute, http or https: the server hands it to the operator's desktop. */
  readonly url: string;
}

/** A task was made. The server relays these and this client reads them. */
export interface TaskCreateContent {
  readonly type: "task_create";
  readonly task: Task;
}

/** A task changed its state. */
export interface TaskUpdateContent {
  readonly type: "task_update";
  readonly taskId: string;
  readonly state: Task["state"];
  readonly updatedAt: string;
}

/** A task now depends on another. */
export interface TaskDependencyAddContent {
  readonly type: "task_dependency_add";
  readonly taskId: string;
  readonly dependsOn: string;
  readonly dependencyType: NonNullable<Task["dependencyType"]>;
  readonly timestamp: string;
}

/** A task no longer depends on another. */
export interface TaskDependencyRemoveContent {
  readonly type: "task_dependency_remove";
  readonly taskId: string;
  readonly dependsOn: string;
  readonly timestamp: string;
}

/** Content of a type that this version does not know; delivered all the same. */
export interface UnknownContent {
  readonly type: "unknown";
  /** The type it has on the wire. */
  readonly wireType: string;
  /** The content as it came, snake_case and all. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What a message says; narrow on `type`. */
export type MessageContent =
  | QuestionContent
  | DecisionContent
  | AuthorizationContent
  | NotificationContent
  | ResponseContent
  | NavigateContent
  | TaskCreateContent
  | TaskUpdateContent
  | TaskDependencyAddContent
  | TaskDependencyRemoveContent
  | UnknownContent;

/** Content that a person answers. */
export type PromptContent = QuestionContent | DecisionContent | AuthorizationContent | NavigateContent;
