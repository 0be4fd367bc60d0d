import { setMaxListeners } from "node:events";
import { context as contexts, SpanKind } from "@opentelemetry/api";
import type { NatsConnection } from "nats";
import { assertFunction, assertText, readCallOptions, readOptions } from "./arguments.js";
import type { Bus, BusMessage, BusState, BusSubscription } from "./bus.js";
import type { ChatThrottle } from "./chat-throttle.js";
import type { ConnectOptions, KrytenClientOptions, Registration, RunOptions } from "./client-options.js";
import type { CommandCall } from "./command.js";
import type { AddMediaOptions, AddMediaResult } from "./command-methods.js";
import { CommandSender, type SentCommand } from "./command-sender.js";
import { type ChannelSettings, KrytenConfig, type KrytenConfigInput } from "./config.js";
import { type HandlerError, KrytenConnectionError, KrytenValidationError } from "./errors.js";
import { type AnyHandler, EventDispatcher, type EventFilter } from "./event-dispatcher.js";
import type { EventFor } from "./event-map.js";
import type { RawEvent } from "./events.js";
import { describeFailure, type HandlerContext } from "./handler-run.js";
import { type ChannelInfo, HealthCounters, type HealthStatus } from "./health.js";
import type { JsonObject } from "./json.js";
import { LifecycleEventPublisher } from "./lifecycle.js";
import { type Logger, toLogger } from "./logger.js";
import { MessageMethods } from "./message-methods.js";
import { MESSENGER, Messenger } from "./messenger.js";
import type { QueryCall, SubjectRequest } from "./query-methods.js";
import type { Reply } from "./reply.js";
import { type RestartCallback, RestartNotices } from "./restart-notices.js";
import { RunLoop } from "./run-loop.js";
import { assertSubject, channelPattern } from "./subjects.js";
import { Telemetry } from "./telemetry.js";
import { bounded } from "./waiting.js";

const CLOSE_BUDGET_MS = 5000;
const HANDLER_GRACE_MS = 2000;

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
  readonly #runLoop = new RunLoop();
  readonly #onError: ((error: HandlerError) => void) | undefined;
  #bus: Bus | undefined;
  #subscriptions: BusSubscription[] = [];
  #opening: Promise<void> | undefined;
  #disconnecting: Promise<void> | undefined;
  #closing = new AbortController();
  /** Set when the connection that is being made is no longer wanted. */
  #calledOff: { readonly reason: unknown } | undefined;
  #connectedAt: number | undefined;
  #failed = false;

  /** @throws KrytenValidationError for a configuration that cannot be right */
  constructor(config: KrytenConfig | KrytenConfigInput, given: KrytenClientOptions = {}) {
    super();
    const options = readOptions(given);
    this.config = config instanceof KrytenConfig ? config : new KrytenConfig(config);
    this.logger = toLogger(options.logger, this.config.logLevel);
    this.#onError = options.onError;
    this.counters = new HealthCounters(this.config.channels);
    const { retryAttempts, retryDelay, handlerTimeout, service } = this.config;
    this[MESSENGER] = new Messenger(() => this.#bus, new Telemetry(options), {
      attempts: retryAttempts,
      delayMs: retryDelay * 1000,
      closing: () => this.#closing.signal,
    });
    this.#sender = new CommandSender({
      messenger: this.messenger,
      config: this.config,
      closing: () => this.#closing.signal,
      throttle: () => this.throttle,
      onSent: (sent) => this.commandSent(sent),
    });
    const limits = { timeoutMs: handlerTimeout * 1000, logger: this.logger };
    const onError = (error: HandlerError) => this.#report(error);
    this.dispatcher = new EventDispatcher({
      messenger: this.messenger,
      health: this.counters,
      maxConcurrent: this.config.maxConcurrentHandlers,
      maxQueued: this.config.maxQueuedEvents,
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
    return this.#bus?.state === "connected";
  }

  /**
   * Connects, subscribes to the configured channels, and announces the service if there is one.
   * An aborted signal calls it off, and rejects with its reason.
   * @throws KrytenConnectionError when the server cannot be reached within the configured attempts
   */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const { signal } = readCallOptions(options);
    signal?.throwIfAborted();
    // While it closes, a connection does not count as one: connect anew afterwards.
    if (this.#disconnecting) await bounded(this.#disconnecting, { signal });
    if (!signal) return this.#connect();
    // A caller that joined an attempt only stops waiting for it; the one that began it cancels it.
    if (this.#opening) return bounded(this.#opening, { signal });
    const callOff = () => this.#callOff(signal.reason);
    signal.addEventListener("abort", callOff, { once: true });
    try {
      await this.#connect();
    } finally {
      signal.removeEventListener("abort", callOff);
    }
  }

  async #connect(): Promise<void> {
    if (this.#opening) return this.#opening;
    if (this.#bus && this.#bus.state !== "disconnected" && this.#bus.state !== "error") {
      this.logger.warn("already connected");
      return;
    }
    this.#calledOff = undefined;
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  #callOff(reason: unknown): void {
    this.#calledOff ??= { reason };
    this.#closing.abort(reason);
  }

  async #open(): Promise<void> {
    // What is left of a connection that was lost for good.
    if (this.#bus) await this.#close();
    this.#closing = new AbortController();
    if (this.#calledOff) this.#closing.abort(this.#calledOff.reason);
    // Every command that waits listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#failed = false;
    this.#runLoop.renew();
    const operation = { verb: "kryten", target: "connect", kind: SpanKind.INTERNAL, attributes: {} };
    await this.messenger.telemetry.record(operation, contexts.active(), async (span) => {
      try {
        const bus = await this.openBus(this.#closing.signal);
        this.#bus = bus;
        if (bus.server) {
          span.setAttributes({ "server.address": bus.server.address, "server.port": bus.server.port });
        }
        await this.#start(bus);
        this.#closing.signal.throwIfAborted();
        // The connection may have been lost for good meanwhile.
        this.messenger.assertOpen();
      } catch (error) {
        this.#failed = true;
        await this.#close();
        throw error;
      }
    });
    this.#connectedAt = performance.now();
    this.logger.info("connected");
  }

  async #start(bus: Bus): Promise<void> {
    const patterns = new Set(this.config.channels.map(({ channel }) => channelPattern(channel)));
    for (const pattern of patterns) {
      this.#subscriptions.push(bus.subscribe(pattern, (message) => void this.dispatcher.deliver(message)));
    }
    this.#restartNotices.start(this.messenger);
    await this.lifecycle?.start();
    // The server must know the subscriptions before connect() resolves.
    await bus.flush(CLOSE_BUDGET_MS);
    if (this.config.service?.enableLifecycle) await this.lifecycle?.publishStartup();
  }

  /**
   * Announces the end, gives running handlers a moment, sends what is left and closes, all within 5 s.
   * Never rejects; does nothing when not connected.
   */
  disconnect(reason = "Normal shutdown"): Promise<void> {
    this.#disconnecting ??= this.#disconnect(reason).finally(() => {
      this.#disconnecting = undefined;
    });
    return this.#disconnecting;
  }

  async #disconnect(reason: string): Promise<void> {
    if (this.#opening) {
      this.#callOff(closed());
      await this.#opening.catch(() => {});
    }
    const bus = this.#bus;
    if (!bus) return;
    if (bus.state === "connected" && this.config.service?.enableLifecycle) {
      const onTimeout = () => closed();
      const farewell = this.lifecycle?.publishShutdown({ reason }) ?? Promise.resolve();
      await bounded(farewell, { timeoutMs: 1000, onTimeout }).catch(() => {});
    }
    await this.#close();
    this.logger.info("disconnected");
  }

  async #close(): Promise<void> {
    const bus = this.#bus;
    for (const subscription of this.#subscriptions.splice(0)) this.unsubscribe(subscription);
    this.#restartNotices.stop();
    await this.lifecycle?.stop();
    await this.dispatcher.close(HANDLER_GRACE_MS, closed());
    this.#closing.abort(closed());
    if (bus) await this.closeBus(bus, CLOSE_BUDGET_MS - HANDLER_GRACE_MS - 1000).catch(() => {});
    // Another connect() may have come in between.
    if (this.#bus === bus) this.#bus = undefined;
    this.#connectedAt = undefined;
    this.#runLoop.end();
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
    if (!this.#bus) throw new KrytenConnectionError("not connected");
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
      state: this.#state,
      uptimeSeconds: this.#connectedAt === undefined ? 0 : (performance.now() - this.#connectedAt) / 1000,
      channels: this.config.channels.map(({ domain, channel }) => `${domain}/${channel}`),
      handlersRegistered: this.dispatcher.handlers,
    });
  }

  get #state(): BusState {
    if (this.#bus) return this.#bus.state;
    if (this.#opening) return "connecting";
    return this.#failed ? "error" : "disconnected";
  }

  get channels(): ChannelInfo[] {
    return this.config.channels.map((channel: ChannelSettings) => ({
      ...channel,
      subscribed: this.#subscriptions.length > 0,
      eventsReceived: this.counters.receivedFrom(channel),
    }));
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

  protected dispatch(call: CommandCall): Promise<string> {
    return this.#sender.dispatch(call);
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

function closed(): KrytenConnectionError {
  return new KrytenConnectionError("the client was closed");
}
