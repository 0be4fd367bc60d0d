import { assertText, readOptions } from "../arguments.js";
import { createMessage, MemoryBus } from "../bus/memory-bus.js";
import type { KrytenClientOptions, RequestOptions } from "../client-options.js";
import type { KrytenConfig, KrytenConfigInput } from "../config/config.js";
import { KrytenConnectionError } from "../errors.js";
import { RawEvent } from "../events/events.js";
import { isObject, type JsonObject, parseJson, toJsonBytes } from "../json.js";
import { MemoryKvStore } from "../kv/memory-kv.js";
import type { SentCommand } from "../methods/command-sender.js";
import { buildSubject, ROBOT_COMMAND_SUBJECT } from "../subjects.js";
import { ClientCore } from "./client-core.js";

/** A command the code under test sent. */
export interface PublishedCommand {
  readonly subject: string;
  /** The upstream mock's name of the command: `chat`, `queue`, `delete`, … */
  readonly action: string;
  /** The name on the wire: `say`, `addvideo`, `rmvideo`, … */
  readonly command: string;
  /** `args` of the body. */
  readonly data: JsonObject;
  readonly channel: string;
  readonly domain: string;
  /** The request id. */
  readonly correlationId: string;
  readonly timestamp: string;
  /** The whole body as it would cross the wire. */
  readonly payload: JsonObject;
}

const ACTIONS: Readonly<Record<string, string>> = {
  say: "chat",
  addvideo: "queue",
  rmvideo: "delete",
  mvvideo: "move",
};

/** What a bridge with an empty channel would answer. */
const DEFAULT_REPLIES: Readonly<Record<string, JsonObject>> = {
  "state.user": { user: null, profile: null },
  "state.profiles": { profiles: {} },
  "state.emotes": { emotes: [] },
  "state.options": { options: {} },
  "state.permissions": { permissions: {} },
  "system.channels": { channels: [] },
  "system.services": { services: [], count: 0, active_count: 0 },
  "system.version": { version: "mock" },
  "system.ping": {
    pong: true,
    timestamp: "2026-01-01T00:00:00+00:00",
    uptime_seconds: 0,
    service: "robot",
    version: "mock",
  },
  requestBanlist: { banlist: [] },
  requestChannelRanks: { ranks: [] },
  readChanLog: { log: { success: true, data: "" } },
  searchLibrary: { results: [] },
};

const USER_LEVEL = /^(kryten|cytube)\.user_level\./;

/**
 * The client for tests: the same surface, checks, bodies and spans over memory instead of a server, without
 * pace for chat. Commands are recorded, events simulated.
 */
export class MockKrytenClient extends ClientCore {
  protected readonly throttle = undefined;
  readonly #kv = new MemoryKvStore();
  readonly #replies = new Map<string, JsonObject>(Object.entries(DEFAULT_REPLIES));
  readonly #economy = new Map<string, unknown>();
  #published: PublishedCommand[] = [];

  /** A mock that is connected already. */
  static async open(
    config: KrytenConfig | KrytenConfigInput,
    options: KrytenClientOptions = {},
  ): Promise<MockKrytenClient> {
    const client = new MockKrytenClient(config, options);
    await client.connect();
    return client;
  }

  get nats(): undefined {
    return undefined;
  }

  protected async openBus(): Promise<MemoryBus> {
    return new MemoryBus((subject, data) => this.#answer(subject, data), this.#kv);
  }

  protected async closeBus(bus: MemoryBus): Promise<void> {
    bus.close();
  }

  /**
   * Delivers an event as the bridge would; resolves when every matching handler has ended.
   * @throws HandlerError of the first handler that failed; KrytenConnectionError when not connected
   */
  async simulateEvent(
    name: string,
    payload: unknown,
    given: { channel?: string; domain?: string } = {},
  ): Promise<void> {
    const origin = readOptions(given);
    assertText(name, "event");
    if (!this.isConnected) throw new KrytenConnectionError("not connected");
    const first = this.config.channels[0];
    const channel = origin.channel ?? first.channel;
    const domain =
      origin.domain ?? (origin.channel === undefined ? first.domain : this.domainOf(channel, undefined));
    const event = new RawEvent({ eventName: name, payload: payload ?? null, channel, domain });
    const subject = buildSubject(domain, channel, name);
    const [error] = await this.dispatcher.deliver(
      createMessage(subject, event.toBytes(), undefined, undefined),
    );
    if (error) throw error;
  }

  /** Copies of what was sent, oldest first. */
  getPublishedCommands(): PublishedCommand[] {
    return structuredClone(this.#published);
  }

  clearPublishedCommands(): void {
    this.#published = [];
  }

  /** What the bridge's `data` is for a query, by its name on the wire (`state.user`, `system.stats`, …), or `user_level`. */
  setReply(command: string, data: JsonObject): void {
    this.#replies.set(command, data);
  }

  /** The whole answer of the economy service to a command. */
  setEconomyResponse(command: string, reply: unknown): void {
    this.#economy.set(command, reply);
  }

  protected override commandSent(sent: SentCommand): void {
    super.commandSent(sent);
    this.#record(sent, ACTIONS[sent.command] ?? sent.command);
  }

  #record({ subject, command, args, body }: SentCommand, action: string): void {
    const meta = body.meta as Record<"channel" | "domain" | "request_id" | "timestamp", string>;
    this.#published.push({
      subject,
      action,
      command,
      data: asOnTheWire(args),
      channel: meta.channel,
      domain: meta.domain,
      correlationId: meta.request_id,
      timestamp: meta.timestamp,
      payload: asOnTheWire(body),
    });
  }

  override async economyRequest(
    channel: string,
    command: string,
    payload: JsonObject = {},
    timeout = 5,
    options: RequestOptions = {},
  ) {
    const reply = await super.economyRequest(channel, command, payload, timeout, options);
    const meta = {
      channel,
      domain: this.domainOf(channel, undefined),
      request_id: crypto.randomUUID(),
      timestamp: new Date().toISOString(),
    };
    const body = { ...payload, command, channel, meta };
    const name = `economy.${command}`;
    this.#record({ subject: "kryten.economy.command", command: name, args: payload, body }, name);
    return reply;
  }

  #answer(subject: string, data: Uint8Array): Uint8Array | undefined {
    if (USER_LEVEL.test(subject)) {
      return toJsonBytes({ success: true, rank: 3, ...this.#replies.get("user_level") });
    }
    const body = parseJson(data);
    const command = isObject(body) && typeof body.command === "string" ? body.command : "";
    if (subject === "kryten.economy.command") {
      return toJsonBytes(this.#economy.get(command) ?? { success: true, data: {} });
    }
    if (subject !== ROBOT_COMMAND_SUBJECT) return undefined;
    return toJsonBytes({ service: "robot", command, success: true, data: this.#dataFor(command) });
  }

  #dataFor(command: string): JsonObject {
    const known = this.#replies.get(command);
    if (known) return known;
    if (command === "addvideo") return { success: true, uid: 1000 + Math.floor(Math.random() * 9000) };
    return command.includes(".") ? {} : { success: true };
  }
}

/** What arrives of a body: JSON leaves out what it cannot say, such as functions. */
function asOnTheWire(body: JsonObject): JsonObject {
  return parseJson(toJsonBytes(body)) as JsonObject;
}
