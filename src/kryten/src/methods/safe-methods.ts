import { readCallOptions } from "../arguments.js";
import type { JsonObject } from "../json.js";
import type { FilterArguments } from "./admin-methods.js";
import type { CommandOptions } from "./command.js";
import { QueryMethods } from "./query-methods.js";

/** Options of the `safe…` methods. */
export interface SafeOptions extends CommandOptions {
  /** Ask for the bot's rank before sending. @default true */
  checkRank?: boolean | undefined;
  /** Seconds to wait for the answer about the rank. @default 2 */
  timeout?: number | undefined;
}

/** What became of a `safe…` method, none of which rejects. */
export interface SafeResult {
  readonly success: boolean;
  readonly messageId?: string;
  readonly error?: string;
  /** The bot's rank, when it was asked for. */
  readonly rank?: number;
}

/** Admin commands that check the bot's rank first. */
export abstract class SafeMethods extends QueryMethods {
  /** Needs rank 2. */
  safeAssignLeader(channel: string, username: string, options: SafeOptions = {}): Promise<SafeResult> {
    return this.#withRank(2, channel, options, (o) => this.assignLeader(channel, username, o));
  }

  /** Needs rank 3. */
  safeSetMotd(channel: string, motd: string, options: SafeOptions = {}): Promise<SafeResult> {
    return this.#withRank(3, channel, options, (o) => this.setMotd(channel, motd, o));
  }

  /** Needs rank 4. */
  safeSetChannelRank(
    channel: string,
    username: string,
    rank: number,
    options: SafeOptions = {},
  ): Promise<SafeResult> {
    return this.#withRank(4, channel, options, (o) => this.setChannelRank(channel, username, rank, o));
  }

  /** Needs rank 3. */
  safeUpdateEmote(
    channel: string,
    name: string,
    image: string,
    options: SafeOptions = {},
  ): Promise<SafeResult> {
    return this.#withRank(3, channel, options, (o) => this.updateEmote(channel, name, image, o));
  }

  /** Needs rank 3. */
  safeAddFilter(channel: string, ...filter: FilterArguments<SafeOptions>): Promise<SafeResult> {
    const [name, source, flags, replace, filterlinks, active, options = {}] = filter;
    return this.#withRank(3, channel, options, (o) =>
      this.addFilter(channel, name, source, flags, replace, filterlinks, active, o),
    );
  }

  /** Needs rank 3. */
  safeSetOptions(
    channel: string,
    channelOptions: JsonObject,
    options: SafeOptions = {},
  ): Promise<SafeResult> {
    return this.#withRank(3, channel, options, (o) => this.setOptions(channel, channelOptions, o));
  }

  async #withRank(
    needed: number,
    channel: string,
    options: SafeOptions,
    send: (options: CommandOptions) => Promise<string>,
  ): Promise<SafeResult> {
    let rank: number | undefined;
    try {
      const { checkRank = true, timeout = 2, ...rest } = readCallOptions(options);
      if (checkRank) {
        const level = await this.getUserLevel(channel, { ...rest, timeout });
        if (!level.success) return { success: false, error: `cannot tell the bot's rank: ${level.error}` };
        rank = level.rank ?? 0;
        if (rank < needed)
          return { success: false, error: `insufficient rank: needs ${needed}, has ${rank}`, rank };
      }
      const messageId = await send(rest);
      return { success: true, messageId, ...(rank === undefined ? {} : { rank }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { success: false, error: message, ...(rank === undefined ? {} : { rank }) };
    }
  }
}
