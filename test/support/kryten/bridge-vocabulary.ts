import type { StandInBridge } from "./stand-in-bridge.js";

export type Json = Record<string, unknown>;
type Act = (args: Json, bridge: StandInBridge) => Json;

const DONE = { success: true };

/** A command that needs these arguments, any of several spellings each. */
function needs(...required: string[]): Act {
  return (args) => {
    for (const spellings of required) {
      const present = spellings.split("|").some((key) => args[key] !== undefined && args[key] !== null);
      if (!present) throw new Error(`Missing ${spellings.split("|").join(" or ")}`);
    }
    return DONE;
  };
}

/** The bridge's own envelope around an answer of CyTube. */
function asEvent(bridge: StandInBridge, name: string, payload: unknown): Json {
  return {
    event_name: name,
    payload,
    channel: bridge.channel,
    domain: bridge.domain,
    timestamp: "2026-03-01T12:30:45.678901+00:00",
    correlation_id: "6a0c0b1e-53d8-4f0e-9f3c-0a8d6b1f2c11",
  };
}

const addVideo: Act = (args, bridge) => {
  needs("type", "id")(args, bridge);
  if (bridge.queueOutcome === "silence") return { success: true, uid: null };
  if (bridge.queueOutcome === "queue") return { success: true, uid: 4711 };
  const failure = { msg: "Private video", link: "x", id: args.id };
  return { success: false, error: "Private video", queue_fail: failure };
};

const unban: Act = (args, bridge) => {
  if (!args.username) throw new Error("Missing username or ban_id");
  if (args.id !== undefined || bridge.banlist.some((entry) => entry.name === args.username)) return DONE;
  return { success: false, error: `No active ban for '${args.username}'` };
};

const simple = ["clear", "shuffle", "pause", "play", "voteskip", "playNext", "closePoll"];

/** What the bridge acts on. Anything else meets silence. */
export const COMMANDS: Readonly<Record<string, Act>> = {
  ...Object.fromEntries(simple.map((name) => [name, () => DONE])),
  ...Object.fromEntries(["restart", "halt", "reconnect"].map((name) => [name, () => ({ message: name })])),
  say: needs("message|msg"),
  pm: needs("to|username", "msg|message"),
  mute: needs("name"),
  smute: needs("name"),
  kick: needs("name"),
  ban: needs("name"),
  unkick: () => ({ error: "Not implemented in handler yet" }),
  addvideo: addVideo,
  rmvideo: needs("uid"),
  mvvideo: needs("from", "after"),
  jump: ({ uid }) => (typeof uid === "string" ? DONE : { success: false, error: "Failed to jump to video" }),
  settemp: needs("uid", "temp"),
  seek: needs("time"),
  assignLeader: needs("name"),
  setMotd: needs("motd"),
  setChannelCSS: needs("css"),
  setChannelJS: needs("js"),
  setOptions: needs("options"),
  setPermissions: needs("permissions"),
  updateEmote: needs("name", "image"),
  removeEmote: needs("name"),
  addFilter: needs("name", "source", "flags", "replace"),
  updateFilter: needs("name", "source", "flags", "replace"),
  removeFilter: needs("name"),
  newPoll: needs("title", "options"),
  vote: needs("option"),
  setChannelRank: needs("username", "rank"),
  requestChannelRanks: (_args, bridge) => ({
    ranks: asEvent(bridge, "channelRanks", [{ name: "ann", rank: 4 }]),
  }),
  requestBanlist: (_args, bridge) => ({ banlist: asEvent(bridge, "banlist", bridge.banlist) }),
  readChanLog: (_args, bridge) => ({
    log: asEvent(bridge, "readChanLog", { success: true, data: "a line" }),
  }),
  searchLibrary: ({ query, source }, bridge) => {
    if (!query) throw new Error("Missing query");
    const results = [{ id: "v1", title: String(query), seconds: 3, duration: "00:03", type: "yt" }];
    return { results: asEvent(bridge, "searchResults", { source, results }) };
  },
  deleteFromLibrary: needs("media_id|id"),
  unban,
};

const service = (body: Json): Json => ({
  name: body.service,
  version: body.version,
  hostname: body.hostname,
  first_seen: body.timestamp,
  last_heartbeat: body.timestamp,
  heartbeat_count: 0,
  seconds_since_heartbeat: 1,
  is_stale: false,
  metadata: body.metadata ?? {},
});

type Query = (request: Json, bridge: StandInBridge) => Json;

/** Questions about state; their fields stand beside `command`. */
export const STATE: Readonly<Record<string, Query>> = {
  "state.emotes": () => ({ emotes: [{ name: ":hi:", image: "https://x/hi.png" }] }),
  "state.user": ({ username }, bridge) => {
    if (!username) throw new Error("username required");
    const user = bridge.users.find((entry) => entry.name === username);
    return { user: user ?? null, profile: user?.profile ?? null };
  },
  "state.profiles": (_request, bridge) => ({
    profiles: Object.fromEntries(bridge.users.map((user) => [user.name, user.profile])),
  }),
  "state.options": () => ({ options: {} }),
  "state.permissions": () => ({ permissions: {} }),
  "system.health": () => ({ service: "robot", status: "healthy", queries_processed: 1 }),
  "system.channels": (_request, { domain, channel }) => ({
    channels: [{ domain, channel, connected: true }],
  }),
  "system.version": () => ({ version: "1.12.4" }),
  "system.stats": () => ({
    uptime_seconds: 12.5,
    events: {
      total_published: 3,
      failed: 0,
      rate_1min: 0.1,
      rate_5min: 0.2,
      last_event_time: null,
      last_event_type: null,
    },
    commands: {},
    queries: { processed: 1, failed: 0, rate_1min: 0 },
    connections: {
      cytube: { connected: true, reconnect_count: 0 },
      nats: { connected: true, connected_url: "nats://x" },
    },
    state: { users: 1, playlist: 0, emotes: 1 },
    memory: { rss_mb: 50, vms_mb: 100 },
  }),
  "system.services": (_request, bridge) => {
    const services = [...bridge.services.values()].map(service);
    return { services, count: services.length, active_count: services.length };
  },
  "system.config": (_request, { domain, channel }) => ({
    cytube: { domain, channel, user: "Bot", password: "***REDACTED***" },
    nats: { servers: ["nats://x"], max_reconnect_attempts: 10 },
    log_level: "INFO",
  }),
  "system.ping": () => ({
    pong: true,
    timestamp: "2026-03-01T12:30:45.678901+00:00",
    uptime_seconds: 5,
    service: "robot",
    version: "1.12.4",
  }),
  "system.reload": ({ config_path }) =>
    config_path === "/missing.json"
      ? { success: false, message: "Configuration validation failed", changes: {}, errors: ["not found"] }
      : { success: true, message: "Reloaded", changes: { log_level: "INFO" }, errors: [] },
  "system.shutdown": ({ delay_seconds = 0, reason }) => {
    const delay = Number(delay_seconds);
    if (!(delay >= 0 && delay <= 300)) throw new Error("delay_seconds must be between 0 and 300");
    return {
      success: true,
      message: "Shutdown scheduled",
      delay_seconds: delay,
      shutdown_time: "2026-03-01T12:31:00+00:00",
      reason,
    };
  },
};
