import {
  assertBoolean,
  assertFilled,
  assertInteger,
  assertNumber,
  assertString,
  assertText,
  assertUsername,
  readCallOptions,
} from "../arguments.js";
import { KrytenValidationError } from "../errors.js";
import type { BanlistEntry, Emote } from "../events/event-map.js";
import type { JsonObject } from "../json.js";
import type { CommandOptions } from "./command.js";
import { CommandMethods } from "./command-methods.js";

/** CyTube refuses longer style sheets and scripts. */
const MAX_CUSTOM_BYTES = 20_480;

export interface UnbanOptions extends CommandOptions {
  /** Name that belongs to the ban id; without it the ban list is asked. */
  name?: string | undefined;
}

/** A chat filter. `filterlinks` is false and `active` true unless said. */
export type FilterArguments<Options> = [
  name: string,
  source: string,
  flags: string,
  replace: string,
  filterlinks?: boolean | undefined,
  active?: boolean | undefined,
  options?: Options | undefined,
];

/** Settings of the channel: what its administrators do. */
export abstract class AdminMethods extends CommandMethods {
  protected abstract warn(message: string): void;
  abstract getBanlist(channel: string, options?: CommandOptions): Promise<{ banlist: BanlistEntry[] }>;

  async setMotd(channel: string, motd: string, options: CommandOptions = {}): Promise<string> {
    assertString(motd, "motd");
    return this.dispatch(channel, "setMotd", { motd }, options);
  }

  async setChannelCss(channel: string, css: string, options: CommandOptions = {}): Promise<string> {
    this.#checkSize(css, "css");
    return this.dispatch(channel, "setChannelCSS", { css }, options);
  }

  async setChannelJs(channel: string, js: string, options: CommandOptions = {}): Promise<string> {
    this.#checkSize(js, "js");
    return this.dispatch(channel, "setChannelJS", { js }, options);
  }

  #checkSize(text: string, what: string): void {
    assertString(text, what);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_CUSTOM_BYTES) {
      this.warn(`the channel's ${what} has ${bytes} bytes; CyTube takes at most ${MAX_CUSTOM_BYTES}`);
    }
  }

  async setOptions(
    channel: string,
    channelOptions: JsonObject,
    options: CommandOptions = {},
  ): Promise<string> {
    assertFilled(channelOptions, "options");
    return this.dispatch(channel, "setOptions", { options: channelOptions }, options);
  }

  /** Permission names with the rank each needs. */
  async setPermissions(
    channel: string,
    permissions: Record<string, number>,
    options: CommandOptions = {},
  ): Promise<string> {
    assertFilled(permissions, "permissions");
    for (const rank of Object.values(permissions)) assertNumber(rank, "a permission's rank");
    return this.dispatch(channel, "setPermissions", { permissions }, options);
  }

  async updateEmote(
    channel: string,
    name: string,
    image: string,
    options: CommandOptions = {},
  ): Promise<string> {
    assertText(name, "name");
    assertText(image, "image");
    return this.dispatch(channel, "updateEmote", { name, image }, options);
  }

  async removeEmote(channel: string, name: string, options: CommandOptions = {}): Promise<string> {
    assertText(name, "name");
    return this.dispatch(channel, "removeEmote", { name }, options);
  }

  /**
   * Replaces all emotes of the channel in one command. Bridges up to 1.12 do not know it and stay silent:
   * `confirm` tells.
   */
  async setEmotes(channel: string, emotes: readonly Emote[], options: CommandOptions = {}): Promise<string> {
    assertEmotes(emotes);
    return this.dispatch(channel, "setEmotes", { emotes }, options);
  }

  /** One `updateEmote` each, in order; resolves to their request ids. All are checked before the first is sent. */
  async importEmotes(
    channel: string,
    emotes: readonly Emote[],
    options: CommandOptions = {},
  ): Promise<string[]> {
    assertEmotes(emotes);
    const ids: string[] = [];
    for (const { name, image } of emotes) ids.push(await this.updateEmote(channel, name, image, options));
    return ids;
  }

  /** `source` is a regular expression, `flags` its flags, `replace` the replacement. */
  async addFilter(channel: string, ...filter: FilterArguments<CommandOptions>): Promise<string> {
    const { args, options } = readFilter(filter);
    return this.dispatch(channel, "addFilter", args, options);
  }

  async updateFilter(channel: string, ...filter: FilterArguments<CommandOptions>): Promise<string> {
    const { args, options } = readFilter(filter);
    return this.dispatch(channel, "updateFilter", args, options);
  }

  async removeFilter(channel: string, name: string, options: CommandOptions = {}): Promise<string> {
    assertText(name, "name");
    return this.dispatch(channel, "removeFilter", { name }, options);
  }

  /** `timeout` in seconds, 0 for none. */
  async newPoll(
    channel: string,
    title: string,
    pollOptions: readonly string[],
    obscured = false,
    timeout = 0,
    options: CommandOptions = {},
  ): Promise<string> {
    assertText(title, "title");
    if (!Array.isArray(pollOptions) || pollOptions.length === 0) {
      throw new KrytenValidationError("a poll needs at least one option");
    }
    for (const option of pollOptions) assertText(option, "a poll's option");
    assertBoolean(obscured, "obscured");
    assertNumber(timeout, "timeout", 0);
    return this.dispatch(
      channel,
      "newPoll",
      { title, options: [...pollOptions], obscured, timeout },
      options,
    );
  }

  /** Options count from 0. */
  async vote(channel: string, option: number, options: CommandOptions = {}): Promise<string> {
    assertInteger(option, "option", 0);
    return this.dispatch(channel, "vote", { option }, options);
  }

  async closePoll(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "closePoll", {}, options);
  }

  async setChannelRank(
    channel: string,
    username: string,
    rank: number,
    options: CommandOptions = {},
  ): Promise<string> {
    assertUsername(username);
    assertInteger(rank, "rank");
    return this.dispatch(channel, "setChannelRank", { username, rank }, options);
  }

  /** The answer comes as the event `channelranks`; `getChannelRanks()` waits for it. */
  async requestChannelRanks(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "requestChannelRanks", {}, options);
  }

  /** The answer comes as the event `banlist`; `getBanlist()` waits for it. */
  async requestBanlist(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "requestBanlist", {}, options);
  }

  /** The answer comes as the event `readchanlog`; `getChanLog()` waits for it. */
  async readChanLog(channel: string, count = 100, options: CommandOptions = {}): Promise<string> {
    assertInteger(count, "count", 1);
    return this.dispatch(channel, "readChanLog", { count }, options);
  }

  /** The answer comes as the event `searchresults`; `getLibrarySearch()` waits for it. */
  async searchLibrary(
    channel: string,
    query: string,
    source = "library",
    options: CommandOptions = {},
  ): Promise<string> {
    assertText(query, "query");
    assertText(source, "source");
    return this.dispatch(channel, "searchLibrary", { query, source }, options);
  }

  async deleteFromLibrary(channel: string, mediaId: string, options: CommandOptions = {}): Promise<string> {
    assertText(mediaId, "media id");
    return this.dispatch(channel, "deleteFromLibrary", { media_id: mediaId }, options);
  }

  /** By name, or by the number of the ban; for a number alone the name is looked up in the ban list first. */
  async unban(channel: string, idOrName: number | string, options: UnbanOptions = {}): Promise<string> {
    const given = readCallOptions(options);
    const args =
      typeof idOrName === "string" ? { username: idOrName } : await this.#ban(channel, idOrName, given);
    assertUsername(args.username);
    return this.dispatch(channel, "unban", args, given);
  }

  async #ban(channel: string, id: number, options: UnbanOptions): Promise<{ id: number; username: string }> {
    assertInteger(id, "ban id", 0);
    if (options.name !== undefined) return { id, username: options.name };
    const { banlist } = await this.getBanlist(channel, options);
    const found = banlist.find((entry) => entry.id === id);
    if (!found) throw new KrytenValidationError("there is no ban with this id");
    return { id, username: found.name };
  }
}

function assertEmotes(emotes: readonly Emote[]): void {
  if (!Array.isArray(emotes)) throw new KrytenValidationError("emotes must be a list");
  for (const [index, emote] of emotes.entries()) {
    assertText(emote?.name, `emotes[${index}].name`);
    assertText(emote?.image, `emotes[${index}].image`);
  }
}

function readFilter(filter: FilterArguments<CommandOptions>): { args: JsonObject; options: CommandOptions } {
  const [name, source, flags, replace, filterlinks = false, active = true, options = {}] = filter;
  assertText(name, "name");
  assertText(source, "source");
  assertString(flags, "flags");
  assertString(replace, "replace");
  assertBoolean(filterlinks, "filterlinks");
  assertBoolean(active, "active");
  return { args: { name, source, flags, replace, filterlinks, active }, options };
}
