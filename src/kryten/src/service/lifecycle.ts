import { hostname } from "node:os";
import type { NatsConnection } from "nats";
import {
  assertFunction,
  assertNumber,
  assertSeconds,
  assertString,
  assertText,
  readOptions,
} from "../arguments.js";
import type { BusSubscription } from "../bus/bus.js";
import { NatsBus } from "../bus/nats-bus.js";
import { toServiceName } from "../config/config.js";
import { type HandlerError, KrytenValidationError } from "../errors.js";
import { isObject, type JsonObject, toJsonBytes, toWireTimestamp } from "../json.js";
import { type Logger, toLogger } from "../logger.js";
import { describeFailure } from "../messaging/handler-run.js";
import { MESSENGER, Messenger } from "../messaging/messenger.js";
import { quietly } from "../quietly.js";
import { normalizeToken } from "../subjects.js";
import { Telemetry } from "../telemetry/telemetry.js";
import { RESTART_SUBJECT, type RestartCallback, RestartNotices } from "./restart-notices.js";

const DISCOVERY_SUBJECT = "kryten.service.discovery.poll";

/** Where health and metrics of a service can be fetched; goes into the metadata of its messages. */
export interface Endpoints {
  healthPort?: number | undefined;
  /** @default "/health" */
  healthPath?: string | undefined;
  metricsPort?: number | undefined;
  /** @default "/metrics" */
  metricsPath?: string | undefined;
}

/** How a service identifies itself on the bus and shows that it is alive. */
export interface LifecycleOptions extends Endpoints {
  /** A client, whose telemetry is shared, or a bare connection. */
  natsClient: NatsConnection | { readonly [MESSENGER]: Messenger };
  serviceName: string;
  /** @default "unknown" */
  serviceVersion?: string | undefined;
  /** Another name of `serviceVersion`. */
  version?: string | undefined;
  logger?: Logger | undefined;
  /** Seconds. @default 30 */
  heartbeatInterval?: number | undefined;
  /** @default true */
  enableHeartbeat?: boolean | undefined;
  /** Announce the service again when somebody polls. @default true */
  enableDiscovery?: boolean | undefined;
  /** Give every heartbeat a span. @default false */
  traceHeartbeats?: boolean | undefined;
  /** Told of every callback that failed. @default the log */
  onError?: ((error: HandlerError) => void) | undefined;
}

export interface ShutdownNotice {
  /** @default "Normal shutdown" */
  reason?: string | undefined;
  additional?: JsonObject | undefined;
}

export interface ConnectedNotice {
  /** What was connected to: `NATS`, `CyTube`, … */
  target: string;
  additional?: JsonObject | undefined;
}

export interface DisconnectedNotice {
  /** @default "NATS" */
  target?: string | undefined;
  /** @default "Unknown" */
  reason?: string | undefined;
  additional?: JsonObject | undefined;
}

/** A request to every service on the bus, the bridge included, to restart. */
export interface GroupRestart {
  reason: string;
  /** @default 5 */
  delaySeconds?: number | undefined;
  /** @default the service's name */
  initiator?: string | undefined;
  additional?: JsonObject | undefined;
}

/**
 * Announces start, heartbeat and shutdown of a service on the bus, and sends and receives requests for a common
 * restart. Publishing rejects only for an invalid argument; any other failure is logged.
 */
export class LifecycleEventPublisher {
  readonly serviceName: string;
  readonly #version: string;
  readonly #options: LifecycleOptions;
  readonly #messenger: Messenger;
  readonly #logger: Logger;
  readonly #notices: RestartNotices;
  #metadata: JsonObject = {};
  #startedAt: number | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #discovery: BusSubscription | undefined;

  constructor(given: LifecycleOptions) {
    const options = readOptions(given);
    this.#options = options;
    assertText(options.serviceName, "serviceName");
    this.serviceName = toServiceName(options.serviceName);
    if (normalizeToken(this.serviceName) === "")
      throw new KrytenValidationError("serviceName must not be empty");
    if (options.heartbeatInterval !== undefined)
      assertSeconds(options.heartbeatInterval, "heartbeatInterval");
    this.#version = options.serviceVersion ?? options.version ?? "unknown";
    this.#logger = toLogger(options.logger, "INFO");
    this.#messenger = toMessenger(options.natsClient);
    this.#notices = new RestartNotices(this.#logger, (error) => this.#reportHandler(error));
    this.setEndpoints(options);
  }

  get isRunning(): boolean {
    return this.#startedAt !== undefined;
  }

  /**
   * Listens for group restarts and discovery polls, and starts the heartbeats.
   * @throws KrytenConnectionError without a connection
   */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { enableDiscovery = true, enableHeartbeat = true, heartbeatInterval = 30 } = this.#options;
    this.#messenger.assertOpen();
    this.#notices.start(this.#messenger);
    this.#startedAt = performance.now();
    if (enableDiscovery) {
      const answerDiscoveryPoll = () => this.publishStartup();
      this.#discovery = this.#messenger.subscribe(DISCOVERY_SUBJECT, answerDiscoveryPoll, (error) =>
        this.#reportHandler(error),
      );
    }
    if (enableHeartbeat) {
      this.#heartbeat = setInterval(() => void this.publishHeartbeat(), heartbeatInterval * 1000);
      this.#heartbeat.unref();
    }
  }

  /** Undoes `start()`. Publishes nothing; see `publishShutdown()`. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    quietly(() => this.#discovery?.unsubscribe());
    this.#notices.stop();
    this.#heartbeat = undefined;
    this.#discovery = undefined;
    this.#startedAt = undefined;
  }

  /** The same as {@link LifecycleEventPublisher.stop}; call `publishShutdown()` before. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Extra fields stand beside the usual ones. */
  async publishStartup(additional?: JsonObject): Promise<void> {
    await this.#publish("startup", {}, flatten(readOptions(additional, "additional")));
  }

  /** Silently skipped while there is no connection: the next one tells the same. */
  async publishHeartbeat(additional?: JsonObject): Promise<void> {
    const extra = flatten(readOptions(additional, "additional"));
    if (!this.#messenger.isConnected) return;
    await this.#publish("heartbeat", {}, extra, this.#options.traceHeartbeats ?? false);
  }

  async publishShutdown(notice: ShutdownNotice | string = {}): Promise<void> {
    const { reason = "Normal shutdown", additional } =
      typeof notice === "string" ? { reason: notice } : readOptions<ShutdownNotice>(notice);
    assertString(reason, "reason");
    await this.#publish("shutdown", { reason }, additional);
  }

  async publishConnected(notice: ConnectedNotice | string): Promise<void> {
    const { target, additional } =
      typeof notice === "string" ? { target: notice } : readOptions<ConnectedNotice>(notice);
    assertText(target, "target");
    await this.#publish("connected", { target }, additional);
  }

  /** A bare string is the reason. */
  async publishDisconnected(notice: DisconnectedNotice | string = {}): Promise<void> {
    const given: DisconnectedNotice = typeof notice === "string" ? { reason: notice } : readOptions(notice);
    const { target = "NATS", reason = "Unknown", additional } = given;
    assertText(target, "target");
    assertString(reason, "reason");
    await this.#publish("disconnected", { target, reason }, additional);
  }

  /** Asks every service, the bridge included, to restart after the delay. */
  async publishGroupRestart(restart: GroupRestart): Promise<void> {
    const { reason, delaySeconds = 5, initiator = this.serviceName, additional } = readOptions(restart);
    assertString(reason, "reason");
    assertNumber(delaySeconds, "delaySeconds", 0);
    assertText(initiator, "initiator");
    const timestamp = toWireTimestamp(new Date());
    await this.#send(RESTART_SUBJECT, {
      ...readOptions(additional, "additional"),
      initiator,
      reason,
      delay_seconds: delaySeconds,
      timestamp,
      service_name: initiator,
    });
  }

  /** Called for every group restart, the service's own included, while the publisher runs. */
  onRestartNotice(callback: RestartCallback): void {
    assertFunction(callback, "the callback");
    this.#notices.add(callback);
  }

  setMetadata(key: string, value: unknown): void {
    this.#metadata = { ...this.#metadata, [key]: value };
  }

  updateMetadata(values: JsonObject): void {
    this.#metadata = { ...this.#metadata, ...values };
  }

  setEndpoints({
    healthPort,
    healthPath = "/health",
    metricsPort,
    metricsPath = "/metrics",
  }: Endpoints): void {
    const endpoints = {
      ...(healthPort === undefined ? {} : { health: { port: healthPort, path: healthPath } }),
      ...(metricsPort === undefined ? {} : { metrics: { port: metricsPort, path: metricsPath } }),
    };
    if (Object.keys(endpoints).length > 0) this.setMetadata("endpoints", endpoints);
  }

  async #publish(event: string, fields: JsonObject, additional?: JsonObject, traced = true): Promise<void> {
    const extra = readOptions(additional, "additional");
    const service = this.serviceName;
    const uptime = this.#startedAt === undefined ? null : (performance.now() - this.#startedAt) / 1000;
    const body: JsonObject = {
      version: this.#version,
      uptime_seconds: uptime,
      ...(Object.keys(this.#metadata).length > 0 ? { metadata: this.#metadata } : {}),
      ...fields,
      ...extra,
      // The registry files a service under these, so extra fields never replace them.
      service,
      hostname: hostname(),
      timestamp: toWireTimestamp(new Date()),
      service_name: service,
      event_type: event,
    };
    await this.#send(`kryten.lifecycle.${normalizeToken(service)}.${event}`, body, traced);
  }

  async #send(subject: string, body: JsonObject, traced = true): Promise<void> {
    const attributes = { "kryten.service": this.serviceName };
    try {
      await this.#messenger.publish({ subject, data: toJsonBytes(body), attributes, traced });
    } catch (error) {
      this.#logger.warn(
        `could not publish ${subject}: ${error instanceof Error ? error.message : typeof error}`,
      );
    }
  }

  #reportHandler(error: HandlerError): void {
    if (this.#options.onError) this.#options.onError(error);
    else this.#logger.error(describeFailure(error));
  }
}

/** Unwraps `{additional: {...}}`, the keyword argument of the upstream library. */
function flatten(additional: JsonObject): JsonObject {
  const keys = Object.keys(additional);
  return keys.length === 1 && isObject(additional.additional) ? additional.additional : additional;
}

function toMessenger(client: LifecycleOptions["natsClient"]): Messenger {
  if (typeof client !== "object" || client === null)
    throw new KrytenValidationError("natsClient must be a client or a NATS connection");
  if (MESSENGER in client) return client[MESSENGER];
  const bus = new NatsBus(client);
  return new Messenger(() => bus, new Telemetry(), { attempts: 3, delayMs: 1000, closing: () => undefined });
}
