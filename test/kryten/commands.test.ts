import { CommandError, type KrytenClient, KrytenValidationError } from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";
import { openClient } from "./setup.js";

type Wire = { service?: string; command: string; args: unknown; meta: Record<string, string> };

let server: NatsServer;
let bridge: StandInBridge;
let client: Awaited<ReturnType<typeof openClient>>;
let tap: NatsConnection;
const wire: Wire[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  bridge = await StandInBridge.start({ servers: server.url });
  tap = await connect({ servers: server.url });
  tap.subscribe("kryten.*.command", { callback: (_error, message) => void wire.push(message.json<Wire>()) });
  await tap.flush();
  client = await openClient(server.url);
});

afterAll(async () => {
  await client?.disconnect();
  await tap?.close();
  await bridge?.stop();
  await server?.stop();
});

beforeEach(async () => {
  // What the test before sent has arrived everywhere.
  await client.nats?.flush();
  await tap.flush();
  await bridge.flush();
  wire.length = 0;
  bridge.seen.length = 0;
  bridge.queueOutcome = "queue";
});

const lounge = "lounge";
type Row = [name: string, send: (c: KrytenClient) => Promise<unknown>, command: string, args: unknown];

const COMMANDS: Row[] = [
  ["sendChat", (c) => c.sendChat(lounge, "Hello"), "say", { message: "Hello" }],
  ["sendPm", (c) => c.sendPm(lounge, "ann", "psst"), "pm", { to: "ann", msg: "psst" }],
  ["deleteMedia", (c) => c.deleteMedia(lounge, 42), "rmvideo", { uid: 42 }],
  ["deleteMedia by digits", (c) => c.deleteMedia(lounge, "42"), "rmvideo", { uid: 42 }],
  ["moveMedia behind another", (c) => c.moveMedia(lounge, 1, 2), "mvvideo", { from: 1, after: 2 }],
  [
    "moveMedia to the front",
    (c) => c.moveMedia(lounge, 1, "prepend"),
    "mvvideo",
    { from: 1, after: "prepend" },
  ],
  ["moveMedia to the end", (c) => c.moveMedia(lounge, 1, "append"), "mvvideo", { from: 1, after: "append" }],
  ["jumpTo, with the uid as text", (c) => c.jumpTo(lounge, 42), "jump", { uid: "42" }],
  ["clearPlaylist", (c) => c.clearPlaylist(lounge), "clear", {}],
  ["shufflePlaylist", (c) => c.shufflePlaylist(lounge), "shuffle", {}],
  ["setTemp, true unless told", (c) => c.setTemp(lounge, 3), "settemp", { uid: 3, temp: true }],
  ["setTemp to false", (c) => c.setTemp(lounge, 0, false), "settemp", { uid: 0, temp: false }],
  ["pause", (c) => c.pause(lounge), "pause", {}],
  ["play", (c) => c.play(lounge), "play", {}],
  ["seek", (c) => c.seek(lounge, 0), "seek", { time: 0 }],
  [
    "kickUser with a reason",
    (c) => c.kickUser(lounge, "bob", "Spam"),
    "kick",
    { name: "bob", reason: "Spam" },
  ],
  ["kickUser without", (c) => c.kickUser(lounge, "bob"), "kick", { name: "bob" }],
  ["banUser", (c) => c.banUser(lounge, "troll"), "ban", { name: "troll" }],
  ["banUser with an empty reason", (c) => c.banUser(lounge, "troll", ""), "ban", { name: "troll" }],
  ["muteUser", (c) => c.muteUser(lounge, "loud"), "mute", { name: "loud" }],
  ["shadowMuteUser", (c) => c.shadowMuteUser(lounge, "sly"), "smute", { name: "sly" }],
  [
    "unmuteUser, as the chat command",
    (c) => c.unmuteUser(lounge, "good"),
    "say",
    { message: "/unmute good" },
  ],
  ["voteskip", (c) => c.voteskip(lounge), "voteskip", {}],
  ["assignLeader", (c) => c.assignLeader(lounge, "dj"), "assignLeader", { name: "dj" }],
  ["assignLeader to nobody", (c) => c.assignLeader(lounge, ""), "assignLeader", { name: "" }],
  ["playNext", (c) => c.playNext(lounge), "playNext", {}],
  ["setMotd", (c) => c.setMotd(lounge, ""), "setMotd", { motd: "" }],
  ["setChannelCss", (c) => c.setChannelCss(lounge, "a{}"), "setChannelCSS", { css: "a{}" }],
  ["setChannelJs", (c) => c.setChannelJs(lounge, "1"), "setChannelJS", { js: "1" }],
  ["setOptions", (c) => c.setOptions(lounge, { a: 1 }), "setOptions", { options: { a: 1 } }],
  [
    "setPermissions",
    (c) => c.setPermissions(lounge, { p: 1.5 }),
    "setPermissions",
    { permissions: { p: 1.5 } },
  ],
  ["updateEmote", (c) => c.updateEmote(lounge, ":a:", "u"), "updateEmote", { name: ":a:", image: "u" }],
  ["removeEmote", (c) => c.removeEmote(lounge, ":a:"), "removeEmote", { name: ":a:" }],
  [
    "addFilter",
    (c) => c.addFilter(lounge, "n", "s", "g", "r"),
    "addFilter",
    { name: "n", source: "s", flags: "g", replace: "r", filterlinks: false, active: true },
  ],
  [
    "updateFilter",
    (c) => c.updateFilter(lounge, "n", "s", "", "", true, false),
    "updateFilter",
    { name: "n", source: "s", flags: "", replace: "", filterlinks: true, active: false },
  ],
  ["removeFilter", (c) => c.removeFilter(lounge, "n"), "removeFilter", { name: "n" }],
  [
    "newPoll, with its key options",
    (c) => c.newPoll(lounge, "t", ["a", "b"]),
    "newPoll",
    { title: "t", options: ["a", "b"], obscured: false, timeout: 0 },
  ],
  ["vote, from 0", (c) => c.vote(lounge, 0), "vote", { option: 0 }],
  ["closePoll", (c) => c.closePoll(lounge), "closePoll", {}],
  [
    "setChannelRank",
    (c) => c.setChannelRank(lounge, "ann", 2),
    "setChannelRank",
    { username: "ann", rank: 2 },
  ],
  ["requestChannelRanks", (c) => c.requestChannelRanks(lounge), "requestChannelRanks", {}],
  ["requestBanlist", (c) => c.requestBanlist(lounge), "requestBanlist", {}],
  ["readChanLog, 100 lines unless told", (c) => c.readChanLog(lounge), "readChanLog", { count: 100 }],
  ["searchLibrary", (c) => c.searchLibrary(lounge, "q"), "searchLibrary", { query: "q", source: "library" }],
  ["deleteFromLibrary", (c) => c.deleteFromLibrary(lounge, "m"), "deleteFromLibrary", { media_id: "m" }],
  ["unban by name", (c) => c.unban(lounge, "troll"), "unban", { username: "troll" }],
  ["unban by id and name", (c) => c.unban(lounge, 9, { name: "x" }), "unban", { id: 9, username: "x" }],
  ["sendCommand with an object", (c) => c.sendCommand("robot", "halt", { a: 1 }), "halt", { a: 1 }],
  [
    "sendCommand say with text, the service in any case",
    (c) => c.sendCommand("Robot", "say", "x"),
    "say",
    { message: "x" },
  ],
  [
    "sendCommand say with text",
    (c) => c.sendCommand({ service: "robot", type: "say", body: "x" }),
    "say",
    { message: "x" },
  ],
];

describe("what a command puts on the wire, and the strict bridge acts on", () => {
  it.each(COMMANDS)("%s", async (_name, send, command, args) => {
    const requestId = await send(client);
    const sent = await eventually("the command arrives", () => wire[0]);
    expect(sent).toEqual({
      service: "robot",
      command,
      args,
      meta: {
        source: "kryten-client",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
        domain: "cytu.be",
        channel: "lounge",
        request_id: requestId,
      },
    });
    expect(wire).toHaveLength(1);
    await eventually("the bridge acts", () => bridge.seen.find((seen) => seen.command === command));
  });
});

describe("sendCommand", () => {
  it("wraps a body that is no object, and leaves the service key to the bridge's own commands", async () => {
    await client.sendCommand("trivia", "answer", 42);
    const sent = await eventually("the command arrives", () => wire[0]);
    expect(sent.args).toEqual({ value: 42 });
    expect(sent).not.toHaveProperty("service");
  });

  it("goes to the first configured channel, with the domain of the channel it names", async () => {
    const channels = [
      { domain: "cytu.be", channel: "Movies" },
      { domain: "other.tv", channel: "lounge" },
    ];
    const two = await openClient(server.url, { channels });
    await two.sendCommand("robot", "pause", {});
    await two.pause("LOUNGE");
    await two.pause("elsewhere");
    await two.pause("lounge", { domain: "third.tv" });
    await two.disconnect();
    await eventually("all arrive", () => wire.length === 4);
    expect(wire.map(({ meta }) => [meta.domain, meta.channel])).toEqual([
      ["cytu.be", "Movies"],
      ["other.tv", "LOUNGE"],
      ["cytu.be", "elsewhere"],
      ["third.tv", "lounge"],
    ]);
  });
});

describe("addMedia", () => {
  it("resolves to the number CyTube gave the item", async () => {
    expect(await client.addMedia(lounge, "yt", "dQw4w9WgXcQ")).toEqual({ success: true, uid: 4711 });
    expect(bridge.seen[0]?.args).toEqual({ type: "yt", id: "dQw4w9WgXcQ", pos: "end", temp: true });
  });

  it("passes on where and how long", async () => {
    await client.addMedia(lounge, "yt", "x", { position: "next", temp: false });
    expect(bridge.seen[0]?.args).toEqual({ type: "yt", id: "x", pos: "next", temp: false });
  });

  it("resolves to CyTube's refusal", async () => {
    bridge.queueOutcome = "queueFail";
    expect(await client.addMedia(lounge, "yt", "x")).toEqual({
      success: false,
      uid: null,
      error: "Private video",
      queueFail: { msg: "Private video", link: "x", id: "x" },
    });
  });

  it("knows no number when CyTube did not confirm", async () => {
    bridge.queueOutcome = "silence";
    expect(await client.addMedia(lounge, "yt", "x")).toEqual({ success: true, uid: null });
  });

  it("resolves to a refusal when the bridge takes no commands", async () => {
    const disabled = await StandInBridge.start({
      servers: server.url,
      channel: "closed",
      commandsEnabled: false,
    });
    const result = await client.addMedia("closed", "yt", "x").finally(() => disabled.stop());
    expect(result).toEqual({ success: false, uid: null, error: "CytubeEventSender not available" });
  });
});

describe("importEmotes and unban", () => {
  it("sends one updateEmote each, in order", async () => {
    const emotes = [1, 2, 3].map((n) => ({ name: `:${n}:`, image: `https://x/${n}` }));
    const ids = await client.importEmotes(lounge, emotes);
    await eventually("all arrive", () => wire.length === 3);
    expect(wire.map(({ args }) => args)).toEqual(emotes);
    expect(wire.map(({ meta }) => meta.request_id)).toEqual(ids);
  });

  it("looks up the name that belongs to a bare ban id", async () => {
    await client.unban(lounge, 7, { confirm: true });
    await eventually("both arrive", () => wire.length === 2);
    expect(wire.map(({ command, args }) => [command, args])).toEqual([
      ["requestBanlist", {}],
      ["unban", { id: 7, username: "troll" }],
    ]);
    await expect(client.unban(lounge, 8)).rejects.toThrow(KrytenValidationError);
  });
});

describe("arguments near a limit", () => {
  it("warn of a style sheet that CyTube will not take, and send it", async () => {
    await client.setChannelCss(lounge, "x".repeat(20_480));
    expect(client.log.lines.filter((line) => line.startsWith("warn"))).toEqual([]);
    await client.setChannelCss(lounge, "x".repeat(20_481));
    expect(client.log.lines).toContain("warn the channel's css has 20481 bytes; CyTube takes at most 20480");
  });

  it("that JSON cannot say are refused", async () => {
    const body = { big: 1n };
    await expect(client.sendCommand("robot", "x", body)).rejects.toThrow(KrytenValidationError);
  });
});

describe("confirm", () => {
  it("rejects when the bridge says success outside and failure inside", async () => {
    const command = client.sendCommand("robot", "jump", { uid: 42 }, { confirm: true });
    const error: CommandError = await command.then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({
      command: "jump",
      service: "robot",
      message: "robot refused jump: Failed to jump to video",
    });
    expect(error.reply).toMatchObject({ success: true, data: { success: false } });
  });

  it("rejects when the answer holds an error and no success", async () => {
    await expect(client.sendCommand("robot", "unkick", {}, { confirm: true })).rejects.toThrow(CommandError);
  });

  it("quotes the bridge without what the caller sent", async () => {
    const error: Error = await client.unban(lounge, "SecretName", { confirm: true }).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.message).toBe("robot refused unban: No active ban for '…'");
  });

  it("resolves to the request id when the bridge did it", async () => {
    const id = await client.pause(lounge, { confirm: true });
    const sent = await eventually("the command arrives", () => wire[0]);
    expect(sent.meta.request_id).toBe(id);
  });

  it("times out on silence, which is how the bridge meets unknown commands", async () => {
    const command = client.sendCommand("robot", "unheardOf", {}, { confirm: true, timeout: 0.2 });
    await expect(command).rejects.toMatchObject({ name: "KrytenTimeoutError" });
  });

  it("rejects with the reason of a signal", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const signal = controller.signal;
    const command = client.sendCommand("robot", "unheardOf", {}, { confirm: true, signal });
    controller.abort(reason);
    await expect(command).rejects.toBe(reason);
  });
});

describe("refused before anything is sent", () => {
  const BAD: [string, (c: KrytenClient) => Promise<unknown>][] = [
    ["a blank channel", (c) => c.sendChat("  ", "x")],
    ["a blank message", (c) => c.sendChat(lounge, "")],
    ["a blank user name", (c) => c.kickUser(lounge, " ")],
    ["a user name with a blank", (c) => c.sendPm(lounge, "two words", "x")],
    ["a user name with a line break", (c) => c.banUser(lounge, "a\nb")],
    ["a reason of two lines", (c) => c.kickUser(lounge, "bob", "a\n/ban ann")],
    ["a time before the start", (c) => c.seek(lounge, -0.1)],
    ["a time that is no number", (c) => c.seek(lounge, Number.NaN)],
    ["a negative uid", (c) => c.deleteMedia(lounge, -1)],
    ["a fractional uid", (c) => c.jumpTo(lounge, 1.5)],
    ["a poll without options", (c) => c.newPoll(lounge, "t", [])],
    ["a negative vote", (c) => c.vote(lounge, -1)],
    ["empty channel options", (c) => c.setOptions(lounge, {})],
    ["a permission that is no number", (c) => c.setPermissions(lounge, { a: "1" as unknown as number })],
    [
      "an emote without image",
      (c) =>
        c.importEmotes(lounge, [
          { name: "a", image: "b" },
          { name: "c", image: "" },
        ]),
    ],
    ["an unknown position", (c) => c.addMedia(lounge, "yt", "x", { position: "first" as "end" })],
    ["a service that leaves no token", (c) => c.sendCommand("!!!", "x", {})],
    ["a time-out of zero", (c) => c.pause(lounge, { confirm: true, timeout: 0 })],
  ];

  it.each(BAD)("%s", async (_name, send) => {
    await expect(send(client)).rejects.toThrow(KrytenValidationError);
    await tap.flush();
    expect(wire).toEqual([]);
  });
});
