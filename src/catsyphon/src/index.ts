export { BatchWriter, BatchWriter as AsyncBatchWriter, type BatchWriterOptions } from "./batch-writer.js";
export {
  type ClientConfig,
  type ClientOptions,
  CollectorClient,
  CollectorClient as AsyncCollectorClient,
  type CollectorClientOptions,
  type RegisterOptions,
} from "./client.js";
export { CredentialStore, type StoredCredential } from "./credential-store.js";
export { type EncodedEvent, encodeData, encodeEvent, REQUEST_LIMITS } from "./encoded-event.js";
export type { CredentialSources, Credentials } from "./environment.js";
export { AuthenticationError, CatSyphonError, NonRetryableError, RetryableError } from "./errors.js";
export {
  type AuthorRole,
  type ErrorData,
  type Event,
  type EventData,
  EventType,
  type MessageData,
  type MessageType,
  type Outcome,
  type SessionEndData,
  type SessionStartData,
  type ThinkingData,
  type ToolCallData,
  type ToolResultData,
} from "./event.js";
export type { SendOptions } from "./event-sender.js";
export { type Answer, type ListBody, normalizeServerUrl } from "./http.js";
export type { EventsResponse, SessionComplete, SessionStatus } from "./responses.js";
export { RetryConfig, type RetryOptions } from "./retry.js";
export {
  type CompleteSessionOptions,
  type MessageOptions,
  Session,
  Session as AsyncSession,
  type SessionOptions,
  type StartOptions,
} from "./session.js";
export { formatMicros } from "./timestamp.js";
export { VERSION } from "./version.js";
