import { inspect } from "node:util";
import { KrytenValidationError } from "../errors.js";
import { LOG_LEVELS, type LogLevel } from "../logger.js";
import { Fields } from "./config-fields.js";
import { type ConfigFileOptions, readJsonConfig, readYamlConfig } from "./config-file.js";
import { readServerAddress } from "./server-address.js";

/** How to reach the NATS server. Durations are in seconds. */
export interface NatsSettings {
  readonly servers: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Paths of PEM files. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsCa?: string | undefined;
  /** @default 10 */
  readonly connectTimeout: number;
  /** @default 2 */
  readonly reconnectTimeWait: number;
  /** @default 120 */
  readonly pingInterval: number;
  /** -1 for ever. @default -1 */
  readonly maxReconnectAttempts: number;
  /** Try the first connection for ever, too. @default false */
  readonly waitOnFirstConnect: boolean;
}

export interface ChannelSettings {
  readonly domain: string;
  readonly channel: string;
}

/** Makes the client announce itself on the bus as a service. */
export interface ServiceSettings {
  /** Lower case, dots replaced by dashes: the registry matches one subject token. */
  readonly name: string;
  /** @default "1.0.0" */
  readonly version: string;
  /** Publish startup on connect and shutdown on disconnect. @default true */
  readonly enableLifecycle: boolean;
  /** @default true */
  readonly enableHeartbeat: boolean;
  /** Answer discovery polls. @default true */
  readonly enableDiscovery: boolean;
  /** Seconds, 5 to 300. @default 30 */
  readonly heartbeatInterval: number;
  /** Advertised in lifecycle messages only; no server is started. @default metrics.port */
  readonly healthPort?: number | undefined;
  readonly healthPath: string;
  /** @default healthPort */
  readonly metricsPort?: number | undefined;
  readonly metricsPath: string;
}

/** Everything a configuration holds, with its defaults filled in. */
export interface KrytenSettings {
  readonly nats: NatsSettings;
  readonly channels: readonly ChannelSettings[];
  readonly service?: ServiceSettings | undefined;
  /** Waits for a connection before a command fails, 0 to 10. @default 3 */
  readonly retryAttempts: number;
  /** Seconds before the first retry; doubles with each. @default 1 */
  readonly retryDelay: number;
  /** Seconds a handler may take. @default 30 */
  readonly handlerTimeout: number;
  /** Event handlers that may run at once, and as many of each `subscribe`; further events queue. @default 1000 */
  readonly maxConcurrentHandlers: number;
  /** Events that may queue, once for each handler; beyond it the oldest is dropped and counted. @default 100000 */
  readonly maxQueuedEvents: number;
  /** @default "INFO" */
  readonly logLevel: LogLevel;
  /** Seconds between two chat lines. @default 1 */
  readonly chatMinDelay: number;
  /** Up to this many seconds more, at random. @default 0.5 */
  readonly chatJitter: number;
}

type SnakeCase<Key extends string> = Key extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Key;
type Loose<Value> = Value extends number | boolean | undefined ? Value | string : Value;
type EitherSpelling<Section> = {
  readonly [Key in keyof Section]?: Loose<Section[Key]> | null | undefined;
} & {
  readonly [Key in keyof Section as SnakeCase<Key & string>]?: Loose<Section[Key]> | null | undefined;
};

/** What a client takes: any key in snake_case or camelCase, numbers and booleans also as text. */
export type KrytenConfigInput = EitherSpelling<
  Omit<KrytenSettings, "nats" | "channels" | "service" | "logLevel">
> & {
  readonly nats: { readonly servers: readonly string[] } & EitherSpelling<Omit<NatsSettings, "servers">>;
  readonly channels: readonly ChannelSettings[];
  readonly service?:
    | ({ readonly name: string } & EitherSpelling<Omit<ServiceSettings, "name">>)
    | null
    | undefined;
  readonly metrics?:
    | EitherSpelling<{ port: number | undefined; healthPath: string; metricsPath: string }>
    | null
    | undefined;
  readonly logLevel?: string | undefined;
  readonly log_level?: string | undefined;
};

/** A checked configuration. Printing or serialising one leaves password and token out. */
export class KrytenConfig implements KrytenSettings {
  readonly nats: NatsSettings;
  readonly channels: readonly [ChannelSettings, ...ChannelSettings[]];
  readonly service: ServiceSettings | undefined;
  readonly retryAttempts: number;
  readonly retryDelay: number;
  readonly handlerTimeout: number;
  readonly maxConcurrentHandlers: number;
  readonly maxQueuedEvents: number;
  readonly logLevel: LogLevel;
  readonly chatMinDelay: number;
  readonly chatJitter: number;

  /** @throws KrytenValidationError naming the path of the first key that is wrong */
  constructor(input: KrytenConfigInput) {
    const fields = new Fields(input, "");
    this.nats = readNats(fields.section("nats"));
    const channels = fields.list("channels").map(({ value, path }) => {
      const channel = new Fields(value, path);
      return { domain: channel.requiredText("domain"), channel: channel.requiredText("channel") };
    });
    this.channels = channels as [ChannelSettings, ...ChannelSettings[]];
    const metrics = readMetrics(fields.section("metrics"));
    this.service = fields.has("service") ? readService(fields.section("service"), metrics) : undefined;
    this.retryAttempts = fields.integer("retryAttempts", { min: 0, max: 10 }) ?? 3;
    this.retryDelay = fields.number("retryDelay", { min: 0.1 }) ?? 1;
    this.handlerTimeout = fields.number("handlerTimeout", { min: 1 }) ?? 30;
    this.maxConcurrentHandlers = fields.integer("maxConcurrentHandlers", { min: 1 }) ?? 1000;
    this.maxQueuedEvents = fields.integer("maxQueuedEvents", { min: 1 }) ?? 100_000;
    this.logLevel = readLogLevel(fields);
    this.chatMinDelay = fields.number("chatMinDelay", { min: 0 }) ?? 1;
    this.chatJitter = fields.number("chatJitter", { min: 0 }) ?? 0.5;
  }

  /**
   * Reads a JSON file. `${NAME}` in any text becomes the environment variable's value, which can never
   * change the structure of the document; `$${NAME}` stays literally `${NAME}`. A missing variable is left
   * as written and reported, or refused with `strict`.
   * @throws KrytenValidationError when the file is missing (`cause.code` is `ENOENT`), not JSON, or wrong
   */
  static fromJson(path: string, options: ConfigFileOptions = {}): KrytenConfig {
    return new KrytenConfig(readJsonConfig(path, options) as KrytenConfigInput);
  }

  /** As {@link KrytenConfig.fromJson}, for YAML; needs the package `yaml`. */
  static fromYaml(path: string, options: ConfigFileOptions = {}): KrytenConfig {
    return new KrytenConfig(readYamlConfig(path, options) as KrytenConfigInput);
  }

  toJSON(): object {
    const { password, token, servers, ...nats } = this.nats;
    const shown = {
      servers: servers.map((address) => readServerAddress(address).server),
      ...(password === undefined ? {} : { password: "***" }),
      ...(token === undefined ? {} : { token: "***" }),
    };
    return { ...this, nats: { ...nats, ...shown } };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

function readNats(fields: Fields): NatsSettings {
  const servers = fields.list("servers").map(({ value, path }) => {
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    throw new KrytenValidationError(`${path} must be a server address`);
  });
  return {
    servers,
    user: fields.filledText("user"),
    password: fields.filledText("password"),
    token: fields.filledText("token"),
    tlsCert: fields.filledText("tlsCert"),
    tlsKey: fields.filledText("tlsKey"),
    tlsCa: fields.filledText("tlsCa"),
    connectTimeout: fields.integer("connectTimeout", { min: 1 }) ?? 10,
    reconnectTimeWait: fields.integer("reconnectTimeWait", { min: 1 }) ?? 2,
    pingInterval: fields.integer("pingInterval", { min: 1 }) ?? 120,
    maxReconnectAttempts: fields.integer("maxReconnectAttempts", { min: -1 }) ?? -1,
    waitOnFirstConnect: fields.boolean("waitOnFirstConnect") ?? false,
  };
}

const PORT_LIMITS = { min: 1, max: 65_535 };

/** What `service` advertises unless it says otherwise itself. */
function readMetrics(fields: Fields) {
  return {
    port: fields.integer("port", PORT_LIMITS),
    healthPath: fields.text("healthPath") ?? "/health",
    metricsPath: fields.text("metricsPath") ?? "/metrics",
  };
}

function readService(fields: Fields, metrics: ReturnType<typeof readMetrics>): ServiceSettings {
  const healthPort = fields.integer("healthPort", PORT_LIMITS) ?? metrics.port;
  return {
    name: toServiceName(fields.requiredText("name")),
    version: fields.text("version") ?? "1.0.0",
    enableLifecycle: fields.boolean("enableLifecycle") ?? true,
    enableHeartbeat: fields.boolean("enableHeartbeat") ?? true,
    enableDiscovery: fields.boolean("enableDiscovery") ?? true,
    heartbeatInterval: fields.number("heartbeatInterval", { min: 5, max: 300 }) ?? 30,
    healthPort,
    healthPath: fields.text("healthPath") ?? metrics.healthPath,
    metricsPort: fields.integer("metricsPort", PORT_LIMITS) ?? healthPort,
    metricsPath: fields.text("metricsPath") ?? metrics.metricsPath,
  };
}

/** The one spelling of a service name that is a single subject token. */
export function toServiceName(name: string): string {
  return name.trim().toLowerCase().replaceAll(".", "-");
}

function readLogLevel(fields: Fields): LogLevel {
  const level = (fields.text("logLevel") ?? "INFO").trim().toUpperCase();
  const known = LOG_LEVELS.find((name) => name === level);
  if (!known) throw new KrytenValidationError(`log_level must be one of ${LOG_LEVELS.join(", ")}`);
  return known;
}
