export type { BusMessage, BusSubscription } from "./bus.js";
export { KrytenClient } from "./client.js";
export type { ClientCore as KrytenClientLike, EventHandler } from "./client-core.js";
export type {
  KrytenClientOptions,
  PublishOptions,
  Registration,
} from "./client-options.js";
export type { CommandOptions } from "./command.js";
export type { AddMediaOptions, AddMediaResult, SendCommand } from "./command-methods.js";
export { KrytenConfig, type KrytenConfigInput } from "./config.js";
export {
  CommandError,
  HandlerError,
  KrytenConnectionError,
  KrytenError,
  KrytenTimeoutError,
  KrytenValidationError,
  PublishError,
} from "./errors.js";
export type { EventFilter } from "./event-dispatcher.js";
export type { EventFor, EventMap } from "./event-map.js";
export {
  ChangeMediaEvent,
  ChatMessageEvent,
  type KrytenEvent,
  PlaylistUpdateEvent,
  RawEvent,
  UserJoinEvent,
  UserLeaveEvent,
} from "./events.js";
export type { HandlerContext } from "./handler-run.js";
export type { ChannelInfo, HealthStatus } from "./health.js";
export { kvDelete, kvGet, kvGetAll, kvKeys, kvPut } from "./kv.js";
export { getKvStore, getOrCreateKvStore } from "./kv-connection.js";
export type { KvBucket } from "./kv-store.js";
export { type GroupRestart, LifecycleEventPublisher, type LifecycleOptions } from "./lifecycle.js";
export type { Logger } from "./logger.js";
export { BaseMetricsServer, SimpleMetricsServer } from "./metrics-server.js";
export { MockKrytenClient, type PublishedCommand } from "./mock-client.js";
export type { QueryOptions } from "./query-methods.js";
export type { RestartNotice } from "./restart-notices.js";
export type { SafeOptions, SafeResult } from "./safe-methods.js";
export {
  buildCommandSubject,
  buildEventSubject,
  buildSubject,
  MAX_TOKEN_LENGTH,
  normalizeToken,
  parseSubject,
  SUBJECT_PREFIX,
  sanitizeToken,
} from "./subjects.js";
export { VERSION } from "./version.js";
