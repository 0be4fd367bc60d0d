import { randomUUID } from "node:crypto";
import { connect, type Msg, type NatsConnection } from "nats";
import { COMMANDS, type Json, STATE } from "./bridge-vocabulary.js";

export interface StandInBridgeOptions {
  servers: string;
  /** As a bridge's configuration spells them. */
  domain?: string;
  channel?: string;
  /** False: every command is refused, as the real bridge does by default. */
  commandsEnabled?: boolean;
  /** Of the bot. */
  rank?: number;
}

/** A command the bridge acted on. */
export interface SeenCommand {
  readonly command: string;
  readonly args: Json;
  readonly meta: Json;
  readonly body: Json;
}

/**
 * Answers as Kryten-Robot 1.12 does, its oddities included: two listeners on one subject, so two answers to some
 * questions; silence for unknown commands and for other channels; success outside while the failure stands
 * inside; a uid as text for `jump`. Strict: a body the real bridge would refuse is refused here.
 */
export class StandInBridge {
  readonly seen: SeenCommand[] = [];
  /** What `addvideo` runs into. */
  queueOutcome: "queue" | "queueFail" | "silence" = "queue";
  readonly services = new Map<string, Json>();
  readonly users: Json[] = [
    { name: "ann", rank: 2, profile: { image: "", text: "hi" }, meta: { afk: false } },
  ];
  readonly banlist: Json[] = [{ id: 7, ip: "x", name: "troll", reason: "", bannedby: "ann" }];
  readonly domain: string;
  readonly channel: string;
  readonly rank: number;
  readonly commandsEnabled: boolean;
  readonly #connection: NatsConnection;

  private constructor(connection: NatsConnection, options: StandInBridgeOptions) {
    this.#connection = connection;
    this.domain = options.domain ?? "cytu.be";
    this.channel = options.channel ?? "lounge";
    this.rank = options.rank ?? 3;
    this.commandsEnabled = options.commandsEnabled ?? true;
  }

  static async start(options: StandInBridgeOptions): Promise<StandInBridge> {
    const connection = await connect({ servers: options.servers, reconnectTimeWait: 100 });
    const bridge = new StandInBridge(connection, options);
    const listen = (subject: string, take: (message: Msg) => void) =>
      connection.subscribe(subject, { callback: (error, message) => void (error ?? take(message)) });
    listen("kryten.robot.command", (message) =>
      bridge.#answer(message, bridge.#commandReply(readJson(message))),
    );
    listen("kryten.robot.command", (message) =>
      bridge.#answer(message, bridge.#stateReply(readJson(message))),
    );
    const level = { success: true, rank: bridge.rank, username: "Bot" };
    listen(`kryten.user_level.${bridge.domain}.${bridge.channel}`, (message) =>
      bridge.#answer(message, level),
    );
    listen("kryten.lifecycle.*.*", (message) => bridge.#register(message));
    await connection.flush();
    return bridge;
  }

  /** Publishes an event of CyTube in the bridge's envelope. */
  emit(name: string, payload: unknown, overrides: Json = {}): void {
    const channel = this.channel.toLowerCase().replaceAll(" ", "-").replaceAll(/[.!]/g, "");
    const envelope = {
      event_name: name,
      payload,
      channel: this.channel,
      domain: this.domain,
      timestamp: new Date().toISOString().replace("Z", "123+00:00"),
      correlation_id: randomUUID(),
      ...overrides,
    };
    this.#connection.publish(
      `kryten.events.cytube.${channel}.${name.toLowerCase()}`,
      JSON.stringify(envelope),
    );
  }

  flush(): Promise<void> {
    return this.#connection.flush();
  }

  async stop(): Promise<void> {
    await this.#connection.close();
  }

  /** The listener for commands. */
  #commandReply(request: Json | undefined): Json | undefined {
    const fail = (error: string) => ({ service: "robot", success: false, error });
    if (!request) return fail("Invalid JSON: line 1");
    const { command, meta = {}, service, args = {} } = request as Record<string, Json>;
    if (!command) return fail("Missing 'command' field");
    if (typeof command !== "string" || this.#isElsewhere(meta)) return undefined;
    if (service && !["robot", "system"].includes(String(service))) {
      return fail(`Command intended for '${service}', not 'robot'`);
    }
    if (command === "system.ping") {
      return done(command, { pong: true, uptime_seconds: 5, cytube_connected: true, ...PING });
    }
    if (command === "system.health" || command === "system.stats") {
      return done(command, { status: "healthy", commands_processed: 1 });
    }
    const act = COMMANDS[command];
    if (!act) return undefined;
    if (!this.commandsEnabled) return fail("CytubeEventSender not available");
    try {
      const data = act(args, this);
      this.seen.push({ command, args, meta, body: request });
      return done(command, data);
    } catch (error) {
      return fail((error as Error).message);
    }
  }

  /** The listener for state; it answers some of the same questions. */
  #stateReply(request: Json | undefined): Json | undefined {
    const fail = (command: unknown, error: string) => ({ service: "robot", command, success: false, error });
    if (!request) return fail("unknown", "Invalid JSON: line 1");
    const { command, service } = request;
    if (!command) return fail("unknown", "Missing 'command' field");
    const query = service && service !== "robot" ? undefined : STATE[String(command)];
    if (!query) return undefined;
    try {
      return done(command, query(request, this));
    } catch (error) {
      return fail(command, (error as Error).message);
    }
  }

  #isElsewhere({ domain, channel }: Json): boolean {
    if (domain === undefined || channel === undefined) return false;
    return domain !== this.domain || String(channel).toLowerCase() !== this.channel.toLowerCase();
  }

  #register(message: Msg): void {
    const [, , service, event] = message.subject.split(".");
    const body = readJson(message);
    if (!body || service === "group") return;
    if (event === "shutdown") this.services.delete(String(body.service));
    else if (event === "startup" && body.service && body.timestamp)
      this.services.set(String(body.service), body);
  }

  #answer(message: Msg, body: Json | undefined): void {
    if (body && message.reply) this.#connection.publish(message.reply, JSON.stringify(body));
  }
}

function done(command: unknown, data: Json): Json {
  return { service: "robot", command, success: true, data };
}

const PING = { timestamp: "2026-03-01T12:30:45.678901+00:00", service: "robot", version: "1.12.4" };

function readJson(message: Msg): Json | undefined {
  try {
    return message.json<Json>();
  } catch {
    return undefined;
  }
}
