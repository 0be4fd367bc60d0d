import type { JsonObject } from "../json.js";
import type {
  ChangeMediaEvent,
  ChatMessageEvent,
  KrytenEvent,
  PlaylistUpdateEvent,
  RawEvent,
  UserJoinEvent,
  UserLeaveEvent,
} from "./events.js";

/** A user as CyTube describes one in `userlist`, in the bridge's state and in its KV bucket. */
export interface CytubeUser {
  readonly name: string;
  readonly rank: number;
  readonly profile?: UserProfile;
  readonly meta?: JsonObject;
}

export interface UserProfile {
  readonly image: string;
  readonly text: string;
}

export interface Emote {
  readonly name: string;
  readonly image: string;
  readonly source?: string;
}

export interface PlaylistItem {
  readonly uid: number;
  readonly temp: boolean;
  readonly queueby: string;
  readonly media: MediaItem;
}

export interface MediaItem {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  readonly duration: string;
  readonly type: string;
  readonly meta?: JsonObject;
}

export interface BanlistEntry {
  readonly id: number;
  readonly ip: string;
  readonly name: string;
  readonly reason: string;
  readonly bannedby: string;
}

export interface ChannelRank {
  readonly name: string;
  readonly rank: number;
}

/**
 * What a handler of each event receives, by lower-case name; `on()` takes any case. Payloads of pass-through
 * events are described, not checked: they are CyTube's own and arrive untouched.
 */
export interface EventMap {
  chatmsg: ChatMessageEvent;
  pm: ChatMessageEvent;
  adduser: UserJoinEvent;
  userleave: UserLeaveEvent;
  changemedia: ChangeMediaEvent;
  playlist: PlaylistUpdateEvent | RawEvent;
  userlist: RawEvent<CytubeUser[]>;
  usercount: RawEvent<number>;
  setuserrank: RawEvent<ChannelRank>;
  setafk: RawEvent<{ name: string; afk: boolean }>;
  queue: RawEvent<{ item: PlaylistItem; after: number | string }>;
  delete: RawEvent<{ uid: number }>;
  movevideo: RawEvent<{ from: number; after: number | string }>;
  settemp: RawEvent<{ uid: number; temp: boolean }>;
  setcurrent: RawEvent<number>;
  mediaupdate: RawEvent<{ currentTime: number; paused: boolean }>;
  queuefail: RawEvent<{ msg: string; link: string; id: string }>;
  emotelist: RawEvent<Emote[]>;
  setmotd: RawEvent<string>;
  channelcssjs: RawEvent<{ css: string; js: string }>;
  channelopts: RawEvent<JsonObject>;
  setpermissions: RawEvent<JsonObject>;
  banlist: RawEvent<BanlistEntry[]>;
  channelranks: RawEvent<ChannelRank[]>;
  readchanlog: RawEvent<{ success: boolean; data: string }>;
  searchresults: RawEvent<{ source: string; results: MediaItem[] }>;
  login: RawEvent<{ success: boolean; name?: string }>;
  rank: RawEvent<number>;
  setplaylistlocked: RawEvent<boolean>;
  kick: RawEvent<{ reason: string }>;
  errormsg: RawEvent<{ msg: string }>;
}

/** The event type that belongs to a name in any case; unknown names give {@link RawEvent}. */
export type EventFor<Name extends string> = string extends Name
  ? KrytenEvent
  : Lowercase<Name> extends keyof EventMap
    ? EventMap[Lowercase<Name>]
    : RawEvent;

const KNOWN = {
  chatmsg: true,
  pm: true,
  adduser: true,
  userleave: true,
  changemedia: true,
  playlist: true,
  userlist: true,
  usercount: true,
  setuserrank: true,
  setafk: true,
  queue: true,
  delete: true,
  movevideo: true,
  settemp: true,
  setcurrent: true,
  mediaupdate: true,
  queuefail: true,
  emotelist: true,
  setmotd: true,
  channelcssjs: true,
  channelopts: true,
  setpermissions: true,
  banlist: true,
  channelranks: true,
  readchanlog: true,
  searchresults: true,
  login: true,
  rank: true,
  setplaylistlocked: true,
  kick: true,
  errormsg: true,
} as const satisfies Record<keyof EventMap, true>;

/** Known names may stand in a span name; others come from whoever publishes and could be anything. */
export function isKnownEvent(lowerCaseName: string): boolean {
  return Object.hasOwn(KNOWN, lowerCaseName);
}
