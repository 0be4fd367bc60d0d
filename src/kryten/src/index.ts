export type { BusMessage, BusSubscription } from "./bus/bus.js";
export { KrytenClient } from "./client/client.js";
export type { ClientCore as KrytenClientLike, EventHandler } from "./client/client-core.js";
export { MockKrytenClient, type PublishedCommand } from "./client/mock-client.js";
export type {
  KrytenClientOptions,
  PublishOptions,
  Registration,
} from "./client-options.js";
export { KrytenConfig, type KrytenConfigInput } from "./config/config.js";
export {
  CommandError,
  HandlerError,
  KrytenConnectionError,
  KrytenError,
  KrytenTimeoutError,
  KrytenValidationError,
  PublishError,
} from "./errors.js";
export type { EventFor, EventMap } from "./events/event-map.js";
export {
  ChangeMediaEvent,
  ChatMessageEvent,
  type KrytenEvent,
  PlaylistUpdateEvent,
  RawEvent,
  UserJoinEvent,
  UserLeaveEvent,
} from "./events/events.js";
export type { ChannelInfo, HealthStatus } from "./health.js";
export { kvDelete, kvGet, kvGetAll, kvKeys, kvPut } from "./kv/kv.js";
export { getKvStore, getOrCreateKvStore } from "./kv/kv-connection.js";
export type { KvBucket } from "./kv/kv-store.js";
export type { Logger } from "./logger.js";
export type { EventFilter } from "./messaging/event-dispatcher.js";
export type { HandlerContext } from "./messaging/handler-run.js";
export type { CommandOptions } from "./methods/command.js";
export type { AddMediaOptions, AddMediaResult, SendCommand } from "./methods/command-methods.js";
export type { QueryOptions } from "./methods/query-methods.js";
export type { SafeOptions, SafeResult } from "./methods/safe-methods.js";
export { type GroupRestart, LifecycleEventPublisher, type LifecycleOptions } from "./service/lifecycle.js";
export { BaseMetricsServer, SimpleMetricsServer } from "./service/metrics-server.js";
export type { RestartNotice } from "./service/restart-notices.js";
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
