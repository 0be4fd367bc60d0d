import type { NatsConnection } from "nats";
import { assertFunction, assertText, readCallOptions, readOptions } from "../arguments.js";
import type { Bus, BusMessage, BusSubscription } from "../bus/bus.js";
import type { ConnectOptions, KrytenClientOptions, Registration, RunOptions } from "../client-options.js";
import { type ChannelSettings, KrytenConfig, type KrytenConfigInput } from "../config/config.js";
import { type HandlerError, KrytenConnectionError, KrytenValidationError } from "../errors.js";
import type { EventFor } from "../events/event-map.js";
import type { RawEvent } from "../events/events.js";
import { type ChannelInfo, HealthCounters, type HealthStatus } from "../health.js";
import type { JsonObject } from "../json.js";
import { type Logger, toLogger } from "../logger.js";
import { type AnyHandler, EventDispatcher, type EventFilter } from "../messaging/event-dispatcher.js";
import { HandlerQueue } from "../messaging/handler-queue.js";
import { describeFailure, type HandlerContext } from "../messaging/handler-run.js";
import { MESSENGER, Messenger } from "../messaging/messenger.js";
import type { ChatThrottle } from "../methods/chat-throttle.js";
import type { CommandOptions, CommandRoute } from "../methods/command.js";
import type { AddMediaOptions, AddMediaResult } from "../methods/command-methods.js";
import { CommandSender, type SentCommand } from "../methods/command-sender.js";
import { MessageMethods } from "../methods/message-methods.js";
import type { QueryCall, SubjectRequest } from "../methods/query-methods.js";
import type { Reply } from "../methods/reply.js";
import { LifecycleEventPublisher } from "../service/lifecycle.js";
import { type RestartCallback, RestartNotices } from "../service/restart-notices.js";
import { assertSubject, channelPattern } from "../subjects.js";
import { Telemetry } from "../telemetry/telemetry.js";
import { ClientConnection } from "./client-connection.js";
import { RunLoop } from "./run-loop.js";

const START_FLUSH_MS = 5000;

/** Called for each event; may be asynchronous, what it returns is ignored. Events do not wait for each other. */
export type EventHandler<Event> = (event: Event, context: HandlerContext<ClientCore>) => unknown;

/** What the real client and the mock have in common: everything but the connection itself. */
export abstract class ClientCore extends MessageMethods {
  readonly config: KrytenConfig;
  /** Announces this service; undefined without `service` in the configuration. */
  readonly lifecycle: LifecycleEventPublisher | undefined;
  /** @internal */
  readonly [MESSENGER]: Messenger;
  protected readonly logger: Logger;
  protected readonly counters: HealthCounters;
  protected readonly dispatcher: EventDispatcher;
  protected abstract readonly throttle: ChatThrottle | undefined;
  readonly #sender: CommandSender;
  readonly #restartNotices: RestartNotices;
  readonly #connection: ClientConnection;
  readonly #runLoop = new RunLoop();
  readonly #onError: ((error: HandlerError) => void) | undefined;
  readonly #subscriptions: BusSubscription[] = [];

  /** @throws KrytenValidationError for a configuration that cannot be right */
  constructor(config: KrytenConfig | KrytenConfigInput, given: KrytenClientOptions = {}) {
    super();
    const options = readOptions(given);
    this.config = config instanceof KrytenConfig ? config : new KrytenConfig(config);
    this.logger = toLogger(options.logger, this.config.logLevel);
    this.#onError = options.onError;
    this.counters = new HealthCounters(this.config.channels);
    const { retryAttempts, retryDelay, handlerTimeout, service } = this.config;
    this[MESSENGER] = new Messenger(() => this.#connection.bus, new Telemetry(options), {
      attempts: retryAttempts,
      delayMs: retryDelay * 1000,
      closing: () => this.#connection.closing,
    });
    this.#connection = new ClientConnection({
      logger: this.logger,
      telemetry: this.messenger.telemetry,
      runLoop: this.#runLoop,
      open: (signal) => this.openBus(signal),
      start: (bus) => this.#start(bus),
      announceEnd: (reason) => this.#announceEnd(reason),
      stop: (graceMs, reason) => this.#stop(graceMs, reason),
      close: (bus, timeoutMs) => this.closeBus(bus, timeoutMs),
    });
    this.#sender = new CommandSender({
      messenger: this.messenger,
      config: this.config,
      closing: () => this.#connection.closing,
      throttle: () => this.throttle,
      onSent: (sent) => this.commandSent(sent),
    });
    const limits = { timeoutMs: handlerTimeout * 1000, logger: this.logger };
    const onError = (error: HandlerError) => this.#report(error);
    this.dispatcher = new EventDispatcher({
      messenger: this.messenger,
      health: this.counters,
      queue: this.createHandlerQueue(),
      limits,
      client: this,
      onError,
    });
    this.#restartNotices = new RestartNotices(this.logger, (error) => this.handlerFailed(error));
    this.lifecycle =
      service &&
      new LifecycleEventPublisher({
        ...service,
        natsClient: this,
        serviceName: service.name,
        serviceVersion: service.version,
        logger: this.logger,
        traceHeartbeats: options.traceHeartbeats,
        onError: (error) => this.handlerFailed(error),
      });
  }

  /** Makes the connection. */
  protected abstract openBus(signal: AbortSignal): Promise<Bus>;
  protected abstract closeBus(bus: Bus, timeoutMs: number): Promise<void>;
  /** The NATS connection underneath; undefined while not connected and in the mock. */
  abstract get nats(): NatsConnection | undefined;

  protected get messenger(): Messenger {
    return this[MESSENGER];
  }

  protected get defaultChannel(): string {
    return this.config.channels[0].channel;
  }

  protected warn(message: string): void {
    this.logger.warn(message);
  }

  /** False while reconnecting. */
  get isConnected(): boolean {
    return this.#connection.state === "connected";
  }

  /**
   * Connects, subscribes to the configured channels, and announces the service if there is one.
   * An aborted signal calls it off, and rejects with its reason.
   * @throws KrytenConnectionError when the server cannot be reached within the configured attempts
   */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const { signal } = readCallOptions(options);
    return this.#connection.connect(signal);
  }

  /**
   * Announces the end, gives running handlers a moment, sends what is left and closes, all within 5 s.
   * Never rejects; does nothing when not connected.
   */
  disconnect(reason = "Normal shutdown"): Promise<void> {
    return this.#connection.disconnect(reason);
  }

  async #start(bus: Bus): Promise<void> {
    const patterns = new Set(this.config.channels.map(({ channel }) => channelPattern(channel)));
    for (const pattern of patterns) {
      this.#subscriptions.push(bus.subscribe(pattern, (message) => void this.dispatcher.deliver(message)));
    }
    this.#restartNotices.start(this.messenger);
    await this.lifecycle?.start();
    // The server must know the subscriptions before connect() resolves.
    await bus.flush(START_FLUSH_MS);
    if (this.config.service?.enableLifecycle) await this.lifecycle?.publishStartup();
    // The connection may have been lost for good meanwhile.
    this.messenger.assertOpen();
  }

  async #announceEnd(reason: string): Promise<void> {
    if (this.config.service?.enableLifecycle) await this.lifecycle?.publishShutdown({ reason });
  }

  async #stop(graceMs: number, reason: Error): Promise<void> {
    for (const subscription of this.#subscriptions.splice(0)) this.unsubscribe(subscription);
    this.#restartNotices.stop();
    await this.lifecycle?.stop();
    await Promise.all([this.dispatcher.close(graceMs, reason), this.closeSubscriptions(graceMs)]);
  }

  /** To be called when the connection ended for good without being closed. */
  protected connectionLost(error: Error): void {
    const message = "the connection was lost for good";
    this.logger.error(message);
    this.#runLoop.fail(new KrytenConnectionError(message, { cause: error }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  /**
   * Waits until `stop()`, SIGINT or SIGTERM. Does not disconnect.
   * @throws KrytenConnectionError when not connected, or when the connection is lost for good
   */
  async run(options: RunOptions = {}): Promise<void> {
    const { handleSignals = true } = readOptions(options);
    if (!this.#connection.bus) throw new KrytenConnectionError("not connected");
    if (this.#runLoop.isRunning) {
      this.logger.warn("already running");
      return;
    }
    await this.#runLoop.run(handleSignals);
  }

  /** Ends `run()`; resolves when it has ended. */
  async stop(): Promise<void> {
    await this.#runLoop.stop();
  }

  /**
   * Registers a handler for an event, by name in any case. May be called before `connect()`. Handlers are
   * bound by `handler_timeout` and `max_concurrent_handlers`; one that throws does not affect the others.
   */
  on<Name extends string>(event: Name, handler: EventHandler<EventFor<Name>>): Registration;
  on<Name extends string>(
    event: Name,
    filter: EventFilter & { malformed: "raw" },
    handler: EventHandler<EventFor<Name> | RawEvent>,
  ): Registration;
  on<Name extends string>(
    event: Name,
    filter: EventFilter,
    handler: EventHandler<EventFor<Name>>,
  ): Registration;
  on(event: string, filterOrHandler: EventFilter | AnyHandler, second?: AnyHandler): Registration {
    const [filter, handler] =
      typeof filterOrHandler === "function" ? [{}, filterOrHandler] : [filterOrHandler, second];
    assertText(event, "event");
    if (typeof handler !== "function") throw new KrytenValidationError("the handler must be a function");
    const off = this.dispatcher.add(event, readFilter(filter), handler);
    return { off, [Symbol.dispose]: off };
  }

  /** Called when somebody asks every service to restart; works with and without a `service` of one's own. */
  onGroupRestart(callback: RestartCallback): void {
    assertFunction(callback, "the callback");
    if (this.lifecycle) this.lifecycle.onRestartNotice(callback);
    else this.#restartNotices.add(callback);
  }

  health(): HealthStatus {
    return this.counters.status({
      state: this.#connection.state,
      uptimeSeconds: this.#connection.uptimeSeconds,
      channels: this.config.channels.map(({ domain, channel }) => `${domain}/${channel}`),
      handlersRegistered: this.dispatcher.handlers,
    });
  }

  get channels(): ChannelInfo[] {
    return this.config.channels.map((channel: ChannelSettings) => ({
      ...channel,
      subscribed: this.#subscriptions.length > 0,
      eventsReceived: this.counters.receivedFrom(channel),
    }));
  }

  protected createHandlerQueue(): HandlerQueue {
    return new HandlerQueue({
      maxRunning: this.config.maxConcurrentHandlers,
      maxWaiting: this.config.maxQueuedEvents,
      logger: this.logger,
      onDropped: () => this.counters.eventsDropped++,
    });
  }

  protected handlerFailed(error: HandlerError): void {
    this.counters.errors++;
    this.#report(error);
  }

  #report(error: HandlerError): void {
    this.logger.error(describeFailure(error));
    try {
      this.#onError?.(error);
    } catch {
      this.logger.error("onError itself failed");
    }
  }

  protected dispatch(
    channel: string,
    command: string,
    args: JsonObject,
    options: CommandOptions,
    route?: CommandRoute,
  ): Promise<string> {
    return this.#sender.dispatch(channel, command, args, options, route);
  }

  protected queueMedia(channel: string, args: JsonObject, options: AddMediaOptions): Promise<AddMediaResult> {
    return this.#sender.queueMedia(channel, args, options);
  }

  protected query(call: QueryCall): Promise<Reply> {
    return this.#sender.query(call);
  }

  protected async requestSubject<T>(request: SubjectRequest, read: (message: BusMessage) => T): Promise<T> {
    assertSubject(request.subject, "publish");
    return this.#sender.request(request, read);
  }

  protected domainOf(channel: string, domain: string | undefined): string {
    return this.#sender.domainOf(channel, domain);
  }

  /** A command was written to the connection, whatever becomes of it. */
  protected commandSent(_sent: SentCommand): void {
    this.counters.commandsSent++;
  }
}

function readFilter(given: EventFilter): EventFilter {
  const filter = readOptions(given, "the filter");
  const { channel, domain, malformed = "skip" } = filter;
  if (channel !== undefined) assertText(channel, "channel");
  if (domain !== undefined) assertText(domain, "domain");
  if (malformed !== "skip" && malformed !== "raw")
    throw new KrytenValidationError("malformed must be skip or raw");
  return filter;
}
