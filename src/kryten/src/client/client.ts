import { connect, type NatsConnection } from "nats";
import type { Bus } from "../bus/bus.js";
import { NatsBus } from "../bus/nats-bus.js";
import type { KrytenClientOptions } from "../client-options.js";
import type { KrytenConfig, KrytenConfigInput } from "../config/config.js";
import { toConnectionOptions } from "../config/nats-options.js";
import { readServerAddress } from "../config/server-address.js";
import { KrytenConnectionError, readCode } from "../errors.js";
import { ChatThrottle } from "../methods/chat-throttle.js";
import { bounded, sleep } from "../waiting.js";
import { ClientCore } from "./client-core.js";

/** Trying again with the same settings cannot help. */
const HOPELESS = new Set([
  "AUTHORIZATION_VIOLATION",
  "AUTHENTICATION_EXPIRED",
  "ACCOUNT_EXPIRED",
  "BAD_AUTHENTICATION",
  "BAD_CREDS",
  "INVALID_OPTION",
  "TLS",
]);

/**
 * A CyTube microservice: hears events, sends commands and asks questions through the Kryten bridge, over NATS.
 * Everything it does is recorded as OpenTelemetry spans, and the trace context travels in message headers.
 */
export class KrytenClient extends ClientCore {
  protected readonly throttle: ChatThrottle;
  #nats: NatsConnection | undefined;

  constructor(config: KrytenConfig | KrytenConfigInput, options: KrytenClientOptions = {}) {
    super(config, options);
    this.throttle = new ChatThrottle(this.config.chatMinDelay * 1000, this.config.chatJitter * 1000);
  }

  /** A client that is connected already; with `await using` it disconnects when it goes out of scope. */
  static async open(
    config: KrytenConfig | KrytenConfigInput,
    options: KrytenClientOptions = {},
  ): Promise<KrytenClient> {
    const client = new KrytenClient(config, options);
    await client.connect();
    return client;
  }

  get nats(): NatsConnection | undefined {
    return this.#nats;
  }

  protected async openBus(signal: AbortSignal): Promise<Bus> {
    const connection = await this.#dial(signal);
    this.#nats = connection;
    return new NatsBus(connection, {
      flushTimeoutMs: this.config.nats.connectTimeout * 1000,
      listener: {
        onDisconnect: () => this.logger.warn("disconnected; reconnecting"),
        onReconnect: () => this.logger.info("reconnected"),
        onForbidden: (subject) => this.logger.error(`the server does not permit subscribing to ${subject}`),
        onClosed: (error) => {
          if (this.#nats === connection) this.#nats = undefined;
          if (error) this.connectionLost(error);
        },
      },
    });
  }

  /** `nats` gives up at the first refusal, and its own option to keep trying has no limit. */
  async #dial(signal: AbortSignal): Promise<NatsConnection> {
    const { nats, retryAttempts, service } = this.config;
    const options = toConnectionOptions(nats, service?.name ?? "kryten-client");
    const limit = nats.maxReconnectAttempts === -1 ? retryAttempts : nats.maxReconnectAttempts;
    for (let retries = 0; ; retries++) {
      signal.throwIfAborted();
      try {
        return await this.#connectOnce(options, signal);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        const code = readCode(cause);
        const servers = nats.servers.map((address) => readServerAddress(address).server).join(", ");
        const failure = `cannot connect to NATS at ${servers} (${code ?? "unknown reason"})`;
        const spent = !nats.waitOnFirstConnect && retries >= limit;
        if (spent || HOPELESS.has(code ?? "")) throw new KrytenConnectionError(failure, { cause, code });
        this.logger.warn(`${failure}; trying again`);
        await sleep(nats.reconnectTimeWait * 1000, signal);
      }
    }
  }

  async #connectOnce(options: Parameters<typeof connect>[0], signal: AbortSignal): Promise<NatsConnection> {
    const connecting = connect(options);
    try {
      return await bounded(connecting, { signal });
    } catch (error) {
      // `nats` cannot cancel an attempt, so a connection that it still makes is closed.
      if (signal.aborted) connecting.then((connection) => connection.close()).catch(() => {});
      throw error;
    }
  }

  protected async closeBus(bus: Bus, timeoutMs: number): Promise<void> {
    if (!(bus instanceof NatsBus)) return;
    if (bus.state === "connected") await bus.flush(timeoutMs / 2);
    const onTimeout = () => new Error("closing took too long");
    await bounded(bus.connection.close(), { timeoutMs: timeoutMs / 2, onTimeout });
  }
}
