import {
  assertBoolean,
  assertNumber,
  assertReason,
  assertString,
  assertText,
  assertUsername,
  readCallOptions,
  readOptions,
  readUid,
  toUid,
  type Uid,
} from "../arguments.js";
import { KrytenValidationError } from "../errors.js";
import type { JsonObject } from "../json.js";
import { normalizeToken } from "../subjects.js";
import type { CommandOptions, CommandRoute } from "./command.js";

/** Where a medium goes in the playlist, and whether it stays there. */
export interface AddMediaOptions extends CommandOptions {
  /** @default "end" */
  position?: "end" | "next" | undefined;
  /** Leaves the playlist once played. @default true */
  temp?: boolean | undefined;
  /** Seconds; the bridge itself waits 8 for CyTube. @default 10 */
  timeout?: number | undefined;
}

/** What became of `addMedia`. A refusal is a result, not an exception. */
export interface AddMediaResult {
  readonly success: boolean;
  /**
   * Number in the playlist; null when CyTube did not confirm in time. Taken from the next item anybody adds.
   */
  readonly uid: number | null;
  readonly error?: string;
  /** CyTube's own refusal. */
  readonly queueFail?: unknown;
}

export interface SendCommandOptions extends CommandOptions {
  /** @default the first configured channel */
  channel?: string | undefined;
}

/** A command to any service on the bus, also one that has no method here. */
export interface SendCommand extends SendCommandOptions {
  service: string;
  type: string;
  body: unknown;
}

/**
 * Chat, playlist, playback and moderation. Each method checks its arguments before anything is sent
 * (KrytenValidationError) and resolves to the request id of the command.
 */
export abstract class CommandMethods {
  /** Sends one command; resolves to its request id. */
  protected abstract dispatch(
    channel: string,
    command: string,
    args: JsonObject,
    options: CommandOptions,
    route?: CommandRoute,
  ): Promise<string>;
  protected abstract queueMedia(
    channel: string,
    args: JsonObject,
    options: AddMediaOptions,
  ): Promise<AddMediaResult>;
  protected abstract get defaultChannel(): string;

  /**
   * Any command to any service. An object body becomes `args`, anything else `{value}`; text for the bridge's
   * `say` becomes its message.
   */
  sendCommand(command: SendCommand): Promise<string>;
  sendCommand(service: string, type: string, body: unknown, options?: SendCommandOptions): Promise<string>;
  async sendCommand(
    first: SendCommand | string,
    type?: string,
    body?: unknown,
    options: SendCommandOptions = {},
  ): Promise<string> {
    const command: SendCommand =
      typeof first === "string"
        ? { ...readOptions(options), service: first, type: type as string, body }
        : readOptions(first, "the command");
    assertText(command.service, "service");
    assertText(command.type, "type");
    const { service, type: name } = command;
    const channel = command.channel ?? this.defaultChannel;
    return this.dispatch(channel, name, toArgs(command), command, { service });
  }

  /** A chat line; lines keep the configured pace. Resolves also when the bridge could not pass it on. */
  async sendChat(channel: string, message: string, options: CommandOptions = {}): Promise<string> {
    assertText(message, "message");
    return this.dispatch(channel, "say", { message }, options, { throttled: true });
  }

  /** A private message, at the pace of chat. */
  async sendPm(
    channel: string,
    username: string,
    message: string,
    options: CommandOptions = {},
  ): Promise<string> {
    assertUsername(username);
    assertText(message, "message");
    return this.dispatch(channel, "pm", { to: username, msg: message }, options, { throttled: true });
  }

  /** Rejects only when nothing was heard: time-out, no connection, nobody listening. */
  async addMedia(
    channel: string,
    mediaType: string,
    mediaId: string,
    options: AddMediaOptions = {},
  ): Promise<AddMediaResult> {
    assertText(mediaType, "media type");
    assertText(mediaId, "media id");
    const { position = "end", temp = true } = readCallOptions(options);
    assertBoolean(temp, "temp");
    if (position !== "end" && position !== "next") {
      throw new KrytenValidationError("position must be end or next");
    }
    return this.queueMedia(channel, { type: mediaType, id: mediaId, pos: position, temp }, options);
  }

  async deleteMedia(channel: string, uid: Uid, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "rmvideo", { uid: toUid(uid) }, options);
  }

  /** Moves an item behind another, or to either end. */
  async moveMedia(
    channel: string,
    uid: Uid,
    position: Uid | "prepend" | "append",
    options: CommandOptions = {},
  ): Promise<string> {
    const after = position === "prepend" || position === "append" ? position : readUid(position);
    if (after === undefined) throw new KrytenValidationError("position must be a uid, prepend or append");
    return this.dispatch(channel, "mvvideo", { from: toUid(uid), after }, options);
  }

  /** The bridge takes the uid as text only. */
  async jumpTo(channel: string, uid: Uid, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "jump", { uid: String(toUid(uid)) }, options);
  }

  async clearPlaylist(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "clear", {}, options);
  }

  async shufflePlaylist(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "shuffle", {}, options);
  }

  async setTemp(channel: string, uid: Uid, isTemp = true, options: CommandOptions = {}): Promise<string> {
    assertBoolean(isTemp, "isTemp");
    return this.dispatch(channel, "settemp", { uid: toUid(uid), temp: isTemp }, options);
  }

  async pause(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "pause", {}, options);
  }

  async play(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "play", {}, options);
  }

  async seek(channel: string, timeSeconds: number, options: CommandOptions = {}): Promise<string> {
    assertNumber(timeSeconds, "time", 0);
    return this.dispatch(channel, "seek", { time: timeSeconds }, options);
  }

  async kickUser(
    channel: string,
    username: string,
    reason?: string,
    options: CommandOptions = {},
  ): Promise<string> {
    return this.dispatch(channel, "kick", toSanction(username, reason), options);
  }

  async banUser(
    channel: string,
    username: string,
    reason?: string,
    options: CommandOptions = {},
  ): Promise<string> {
    return this.dispatch(channel, "ban", toSanction(username, reason), options);
  }

  async muteUser(channel: string, username: string, options: CommandOptions = {}): Promise<string> {
    assertUsername(username);
    return this.dispatch(channel, "mute", { name: username }, options);
  }

  /** Only moderators see what the user writes from now on. */
  async shadowMuteUser(channel: string, username: string, options: CommandOptions = {}): Promise<string> {
    assertUsername(username);
    return this.dispatch(channel, "smute", { name: username }, options);
  }

  /** The bridge has no such command: the chat command it would send is said instead, outside the pace of chat. */
  async unmuteUser(channel: string, username: string, options: CommandOptions = {}): Promise<string> {
    assertUsername(username);
    return this.dispatch(channel, "say", { message: `/unmute ${username}` }, options);
  }

  async voteskip(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "voteskip", {}, options);
  }

  /** An empty name takes the lead from whoever has it. */
  async assignLeader(channel: string, username: string, options: CommandOptions = {}): Promise<string> {
    assertString(username, "username");
    if (username !== "") assertUsername(username);
    return this.dispatch(channel, "assignLeader", { name: username }, options);
  }

  async playNext(channel: string, options: CommandOptions = {}): Promise<string> {
    return this.dispatch(channel, "playNext", {}, options);
  }
}

function toArgs({ service, type, body }: SendCommand): JsonObject {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
  if (body === undefined) return {};
  const isSay = normalizeToken(service) === "robot" && type === "say";
  if (typeof body === "string" && isSay) return { message: body };
  return { value: body };
}

function toSanction(username: string, reason: string | undefined): JsonObject {
  assertUsername(username);
  assertReason(reason);
  return reason ? { name: username, reason } : { name: username };
}
