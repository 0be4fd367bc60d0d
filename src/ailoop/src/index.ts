export type {
  AskOptions,
  AuthorizeOptions,
  PromptOptions,
  RespondOptions,
  SayOptions,
  SendOptions,
  WaitOptions,
} from "./calls/options.js";
export type { SentMessage } from "./calls/prompts.js";
export type { AbortOptions } from "./calls/socket-calls.js";
export { PROTOCOL_VERSION, type VersionCompatibility } from "./calls/version-check.js";
export { AiloopClient } from "./client.js";
export {
  AiloopError,
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  TimeoutError,
  ValidationError,
} from "./errors.js";
export type { MessageHandler } from "./inbox/message-handlers.js";
export {
  type AuthorizationContent,
  type DecisionContent,
  type DecisionOption,
  type DecisionRecommendation,
  type MessageContent,
  type NavigateContent,
  type NotificationContent,
  NotificationPriority,
  type QuestionContent,
  type ResponseContent,
  ResponseType,
  type TaskCreateContent,
  type TaskDependencyAddContent,
  type TaskDependencyRemoveContent,
  type TaskUpdateContent,
  type UnknownContent,
} from "./model/content.js";
export {
  createAuthorization,
  createDecision,
  createMessage,
  createNavigate,
  createNotification,
  createQuestion,
  createResponse,
  type MessageFields,
} from "./model/create.js";
export { type Message, type Metadata, SenderType } from "./model/message.js";
export { promptChoices, promptText, type Selection } from "./model/prompt.js";
export type { Task } from "./model/task.js";
export type { AiloopClientOptions, PromptTransport } from "./options.js";
export type { ResponseMessage } from "./prompt/awaiter.js";
export type { ConnectionEvent, ConnectionHandler } from "./transport/connection-events.js";
export type { HealthData } from "./transport/server-api.js";
export { VERSION } from "./version.js";
export { fromWire, toWire, type WireMessage } from "./wire/codec.js";
