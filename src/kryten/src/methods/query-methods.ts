import { assertChannel, assertInteger, assertText, readCallOptions, readOptions } from "../arguments.js";
import type { BusMessage } from "../bus/bus.js";
import {
  CommandError,
  KrytenConnectionError,
  KrytenError,
  KrytenTimeoutError,
  KrytenValidationError,
} from "../errors.js";
import type {
  BanlistEntry,
  ChannelRank,
  CytubeUser,
  Emote,
  MediaItem,
  UserProfile,
} from "../events/event-map.js";
import { isObject, type JsonObject } from "../json.js";
import { AdminMethods } from "./admin-methods.js";
import { toCamelCase } from "./camel-case.js";
import type {
  BridgeChannel,
  BridgeStats,
  Pong,
  ReloadResult,
  ServiceList,
  ShutdownOptions,
  ShutdownResult,
  UserLevel,
} from "./query-results.js";
import { type Reply, readReply } from "./reply.js";

/** Which bridge is asked, and how long its answer is waited for. */
export interface QueryOptions {
  /** @default as for commands */
  domain?: string | undefined;
  /** Seconds. */
  timeout?: number | undefined;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What one query method asks the client to request from the bridge. */
export interface QueryCall {
  command: string;
  /** @default the first configured one */
  channel?: string | undefined;
  args?: JsonObject;
  /** Fields beside `command`, where the bridge's state and system queries look. */
  topLevel?: JsonObject;
  /** Seconds, unless the options say otherwise. */
  timeout: number;
  options: QueryOptions;
  /** Key of `data` by which the wanted one of two replies is told. */
  wanted?: string;
  /** A reply that failed is an answer like any other. */
  lenient?: boolean;
}

export interface SubjectRequest {
  subject: string;
  body: unknown;
  timeout: number;
  signal?: AbortSignal | undefined;
}

/** Questions to the bridge. Durations are in seconds; what CyTube made (users, emotes, items) stays verbatim. */
export abstract class QueryMethods extends AdminMethods {
  /** @throws CommandError for a failed reply, KrytenTimeoutError, KrytenConnectionError when nobody listens */
  protected abstract query(call: QueryCall): Promise<Reply>;
  protected abstract requestSubject<T>(request: SubjectRequest, read: (message: BusMessage) => T): Promise<T>;
  protected abstract domainOf(channel: string, domain: string | undefined): string;

  /** A user of the channel, null when absent or unanswered. The name's case matters. */
  async getUser(channel: string, username: string, options: QueryOptions = {}): Promise<CytubeUser | null> {
    const { user } = await this.#queryUser(channel, username, options);
    return isObject(user) ? (user as unknown as CytubeUser) : null;
  }

  async getUserProfile(
    channel: string,
    username: string,
    options: QueryOptions = {},
  ): Promise<UserProfile | null> {
    const { profile } = await this.#queryUser(channel, username, options);
    return isObject(profile) ? (profile as unknown as UserProfile) : null;
  }

  #queryUser(channel: string, username: string, options: QueryOptions): Promise<JsonObject> {
    assertText(username, "username");
    return this.#orEmpty({ command: "state.user", channel, topLevel: { username }, timeout: 2, options });
  }

  /** Profiles by user name; empty when unanswered. */
  async getAllProfiles(channel: string, options: QueryOptions = {}): Promise<Record<string, UserProfile>> {
    const { profiles } = await this.#orEmpty({ command: "state.profiles", channel, timeout: 2, options });
    return isObject(profiles) ? (profiles as unknown as Record<string, UserProfile>) : {};
  }

  /** An unanswered or refused question about users counts as "not known". */
  async #orEmpty(call: QueryCall): Promise<JsonObject> {
    try {
      return (await this.query(call)).data;
    } catch (error) {
      if (error instanceof KrytenTimeoutError || error instanceof CommandError) return {};
      throw error;
    }
  }

  /** The bot's own rank in the channel. Never rejects; bridges before 1.12 are asked on their old subject. */
  async getUserLevel(channel: string, options: QueryOptions = {}): Promise<UserLevel> {
    try {
      assertChannel(channel);
      const given = readCallOptions(options);
      const place = `user_level.${this.domainOf(channel, given.domain)}.${channel}`;
      const level = await this.#requestLevel(`kryten.${place}`, given).catch((error) => {
        if (isNoResponders(error)) return this.#requestLevel(`cytube.${place.toLowerCase()}`, given);
        throw error;
      });
      return level;
    } catch (error) {
      return { success: false, error: error instanceof Error ? error.message : String(error) };
    }
  }

  #requestLevel(subject: string, { timeout = 2, signal }: QueryOptions): Promise<UserLevel> {
    return this.requestSubject({ subject, body: {}, timeout, signal }, (message) => {
      const { body, failure } = readReply(message);
      const { rank, username } = body;
      if (failure !== undefined) return { success: false, error: failure };
      if (typeof rank !== "number") throw unexpected("user_level");
      return { success: true, rank, ...(typeof username === "string" ? { username } : {}) };
    });
  }

  /** From the bridge's memory; with several bridges on a server the first to answer wins. */
  async getStateEmotes(channel: string, options: QueryOptions = {}): Promise<Emote[]> {
    const { data } = await this.query({ command: "state.emotes", channel, timeout: 5, options });
    return asList<Emote>(data.emotes, "state.emotes");
  }

  /** The same as {@link getStateEmotes}, in the form `importEmotes()` takes. */
  exportEmotes(channel: string, options: QueryOptions = {}): Promise<Emote[]> {
    return this.getStateEmotes(channel, options);
  }

  /** Bridge 1.12 always answers with an empty object. */
  async getStateChannelOptions(channel: string, options: QueryOptions = {}): Promise<JsonObject> {
    const { data } = await this.query({ command: "state.options", channel, timeout: 5, options });
    return asObject(data.options, "state.options");
  }

  /** Bridge 1.12 always answers with an empty object. */
  async getStateChannelPermissions(channel: string, options: QueryOptions = {}): Promise<JsonObject> {
    const { data } = await this.query({ command: "state.permissions", channel, timeout: 5, options });
    return asObject(data.permissions, "state.permissions");
  }

  /** Asks CyTube; the bridge gives up after 5 s. */
  async getBanlist(channel: string, options: QueryOptions = {}): Promise<{ banlist: BanlistEntry[] }> {
    const { data } = await this.query({ command: "requestBanlist", channel, timeout: 8, options });
    return { banlist: asList<BanlistEntry>(unwrap(data.banlist), "requestBanlist") };
  }

  async getChannelRanks(channel: string, options: QueryOptions = {}): Promise<{ ranks: ChannelRank[] }> {
    const { data } = await this.query({ command: "requestChannelRanks", channel, timeout: 8, options });
    return { ranks: asList<ChannelRank>(unwrap(data.ranks), "requestChannelRanks") };
  }

  /** `log` is CyTube's answer: `{success, data}` with the lines as one text. */
  async getChanLog(channel: string, count = 100, options: QueryOptions = {}): Promise<{ log: unknown }> {
    assertInteger(count, "count", 1);
    const { data } = await this.query({
      command: "readChanLog",
      channel,
      args: { count },
      timeout: 8,
      options,
    });
    return { log: unwrap(data.log) };
  }

  /** `source` is `library`, or an outside one that CyTube can search, such as `yt`. */
  async getLibrarySearch(
    channel: string,
    query: string,
    source = "library",
    options: QueryOptions = {},
  ): Promise<{ results: MediaItem[] }> {
    assertText(query, "query");
    assertText(source, "source");
    const { data } = await this.query({
      command: "searchLibrary",
      channel,
      args: { query, source },
      timeout: 8,
      options,
    });
    const found = unwrap(data.results);
    return { results: asList<MediaItem>(isObject(found) ? found.results : found, "searchLibrary") };
  }

  async getChannels(options: QueryOptions = {}): Promise<BridgeChannel[]> {
    const { data } = await this.query({ command: "system.channels", timeout: 5, options });
    return asList<BridgeChannel>(data.channels, "system.channels");
  }

  /** Version of the bridge. */
  async getVersion(options: QueryOptions = {}): Promise<string> {
    const { data } = await this.query({ command: "system.version", timeout: 5, options });
    if (typeof data.version !== "string") throw unexpected("system.version");
    return data.version;
  }

  async getStats(options: QueryOptions = {}): Promise<BridgeStats> {
    const call: QueryCall = { command: "system.stats", timeout: 5, options, wanted: "events" };
    const { data } = await this.query(call);
    if (!isObject(data.events)) throw unexpected("system.stats");
    return toCamelCase(data) as BridgeStats;
  }

  /** The bridge's own configuration, passwords redacted by the bridge. */
  async getConfig(options: QueryOptions = {}): Promise<JsonObject> {
    const { data } = await this.query({ command: "system.config", timeout: 5, options });
    return toCamelCase(data) as JsonObject;
  }

  async getServices(options: QueryOptions = {}): Promise<ServiceList> {
    const { data } = await this.query({ command: "system.services", timeout: 5, options });
    asList(data.services, "system.services");
    return toCamelCase(data, ["metadata"]) as ServiceList;
  }

  /** The bridge answers twice; the first answer with `pong` counts. */
  async ping(options: QueryOptions = {}): Promise<Pong> {
    const { data } = await this.query({ command: "system.ping", timeout: 2, options, wanted: "pong" });
    if (data.pong === undefined) throw unexpected("system.ping");
    return toCamelCase(data) as Pong;
  }

  /** Makes the bridge read its configuration again, from another file if one is named. */
  async reloadConfig(path?: string, options: QueryOptions = {}): Promise<ReloadResult> {
    if (path != null) assertText(path, "path");
    const topLevel = path == null ? {} : { config_path: path };
    const call = { command: "system.reload", topLevel, timeout: 5, options, lenient: true };
    const { body, data, failure } = await this.query(call);
    if (failure !== undefined && body.success === false) return { success: false, message: failure };
    return toCamelCase(data, ["changes", "errors"]) as ReloadResult;
  }

  /** Ends the bridge after the delay. */
  async shutdown(shutdown: ShutdownOptions = {}, options: QueryOptions = {}): Promise<ShutdownResult> {
    const { delaySeconds = 0, reason } = readOptions(shutdown);
    assertInteger(delaySeconds, "delaySeconds", 0);
    if (reason !== undefined) assertText(reason, "reason");
    if (delaySeconds > 300) throw new KrytenValidationError("delaySeconds must be at most 300");
    const topLevel = { delay_seconds: delaySeconds, ...(reason === undefined ? {} : { reason }) };
    const { data } = await this.query({ command: "system.shutdown", topLevel, timeout: 5, options });
    return toCamelCase(data) as ShutdownResult;
  }
}

export function isNoResponders(error: unknown): boolean {
  return error instanceof KrytenConnectionError && error.code === "NO_RESPONDERS";
}

/** The bridge puts the whole event under the key; other versions may put the bare value there. */
function unwrap(value: unknown): unknown {
  return isObject(value) && "event_name" in value ? value.payload : value;
}

function asList<T>(value: unknown, command: string): T[] {
  if (!Array.isArray(value)) throw unexpected(command);
  return value as T[];
}

function asObject(value: unknown, command: string): JsonObject {
  if (!isObject(value)) throw unexpected(command);
  return value;
}

function unexpected(command: string): KrytenError {
  return new KrytenError(`the answer to ${command} has an unexpected shape`, { code: "UNEXPECTED_REPLY" });
}
