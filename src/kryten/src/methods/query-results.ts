import type { JsonObject } from "../json.js";

/** Answer of `getUserLevel()`, which never rejects. */
export interface UserLevel {
  readonly success: boolean;
  /** Of the bot: what CyTube's login said. 1 registered, 2 moderator, 3 administrator, 4 owner. */
  readonly rank?: number;
  readonly username?: string;
  readonly error?: string;
}

/** Answer of `ping()`. */
export interface Pong {
  readonly pong: boolean;
  readonly timestamp: string;
  readonly uptimeSeconds: number;
  readonly service: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** Answer of `getStats()`; times are ISO 8601. */
export interface BridgeStats {
  readonly uptimeSeconds: number;
  readonly events: {
    readonly totalPublished: number;
    readonly failed: number;
    readonly rate1min: number;
    readonly rate5min: number;
    readonly lastEventTime: string | null;
    readonly lastEventType: string | null;
  };
  /** Always empty in bridge 1.12. */
  readonly commands: JsonObject;
  readonly queries: { readonly processed: number; readonly failed: number; readonly rate1min: number };
  readonly connections: { readonly cytube: JsonObject; readonly nats: JsonObject };
  readonly state: { readonly users: number; readonly playlist: number; readonly emotes: number };
  readonly memory: { readonly rssMb?: number; readonly vmsMb?: number; readonly error?: string };
}

/** One channel a bridge serves; `connected` tells of its NATS connection. */
export interface BridgeChannel {
  readonly domain: string;
  readonly channel: string;
  readonly connected: boolean;
}

/** One service as the bridge's registry knows it. */
export interface RegisteredService {
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  readonly firstSeen: string;
  readonly lastHeartbeat: string;
  readonly heartbeatCount: number;
  readonly secondsSinceHeartbeat: number;
  /** Nothing heard for 90 s. */
  readonly isStale: boolean;
  /** As the service sent it. */
  readonly metadata?: JsonObject;
  readonly [field: string]: unknown;
}

export interface ServiceList {
  readonly services: readonly RegisteredService[];
  readonly count: number;
  readonly activeCount: number;
}

/** Answer of `reloadConfig()`; `success: false` is a result, not an exception. */
export interface ReloadResult {
  readonly success: boolean;
  readonly message?: string;
  readonly changes?: unknown;
  readonly errors?: unknown;
}

export interface ShutdownOptions {
  /** Whole seconds, 0 to 300. @default 0 */
  delaySeconds?: number | undefined;
  reason?: string | undefined;
}

export interface ShutdownResult {
  readonly success: boolean;
  readonly message?: string;
  readonly delaySeconds: number;
  readonly shutdownTime: string;
  readonly reason?: string;
}
