import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KrytenClient, KrytenEvent } from "@kit/kryten";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInCytube } from "../support/kryten/stand-in-cytube.js";
import { openClient } from "./setup.js";

// The real bridge and the Python library, in two environments, because both install a package named `kryten`:
//   python3 -m venv robot && robot/bin/pip install kryten-robot==1.12.4
//   python3 -m venv py && py/bin/pip install kryten-py==0.17.4
const ROBOT = process.env.KRYTEN_ROBOT_BIN;
const PYTHON = process.env.KRYTEN_PY_PYTHON;
const absent = [
  ROBOT ? "" : "KRYTEN_ROBOT_BIN (path of kryten-robot)",
  PYTHON ? "" : "KRYTEN_PY_PYTHON (a python with kryten-py)",
].filter((name) => name !== "");
const CHANNEL = "My-Lounge";

if (absent.length > 0) {
  const reason = `the real kryten-robot and kryten-py were not run: ${absent.join(" and ")} not set`;
  console.info(reason);
  it.skip(reason);
} else {
  describe("the real kryten-robot and kryten-py", withPeers);
}

function withPeers(): void {
  let server: NatsServer;
  let cytube: StandInCytube;
  let client: KrytenClient;
  let directory: string;
  const children: { child: ChildProcess; ended: Promise<unknown> }[] = [];
  const told: Record<string, unknown>[] = [];

  function run(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push({ child, ended: new Promise((resolve) => child.once("exit", resolve)) });
    return child;
  }

  beforeAll(async () => {
    server = await NatsServer.start();
    cytube = await StandInCytube.start();
    directory = mkdtempSync(join(tmpdir(), "kit-robot-"));
    const file = join(directory, "robot.json");
    const robot = {
      cytube: { domain: cytube.domain, channel: CHANNEL, user: "Bot", password: "pw" },
      nats: { servers: [server.url] },
      commands: { enabled: true },
      health: { enabled: false },
      logging: { base_path: directory },
      log_level: "ERROR",
    };
    writeFileSync(file, JSON.stringify(robot));
    run(ROBOT!, ["--config", file], { SSL_CERT_FILE: cytube.certificate }).stdout?.resume();
    const channels = [{ domain: cytube.domain, channel: CHANNEL }];
    client = await openClient(server.url, { channels, service: { name: "node-peer", version: "1.2.3" } });
    const alive = () => client.ping({ timeout: 1 }).catch(() => undefined);
    await eventually("the robot answers", alive, 60_000);
    const joined = () => cytube.frames.some(([event]) => event === "playerReady");
    await eventually("the robot has joined the channel", joined, 60_000);
    const script = fileURLToPath(new URL("../support/kryten/peer.py", import.meta.url));
    const peer = run(PYTHON!, [script, server.url, cytube.domain, CHANNEL]);
    createInterface({ input: peer.stdout! }).on("line", (line) => told.push(JSON.parse(line)));
    await eventually("the Python peer is ready", () => told.some(({ what }) => what === "ready"), 60_000);
  }, 200_000);

  afterAll(async () => {
    await client?.disconnect();
    for (const { child } of children) child.kill("SIGTERM");
    await Promise.all(children.map(({ ended }) => ended));
    await cytube?.stop();
    await server?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const frames = (event: string) =>
    cytube.frames.filter(([name]) => name === event).map(([, payload]) => payload);

  type Row = [name: string, send: (c: KrytenClient) => Promise<unknown>, frame: string, payload: unknown];
  const COMMANDS: Row[] = [
    ["sendChat", (c) => c.sendChat(CHANNEL, "hello", { confirm: true }), "chatMsg", { msg: "hello" }],
    ["sendPm", (c) => c.sendPm(CHANNEL, "ann", "psst", { confirm: true }), "pm", { to: "ann", msg: "psst" }],
    ["deleteMedia", (c) => c.deleteMedia(CHANNEL, 5, { confirm: true }), "delete", 5],
    [
      "moveMedia",
      (c) => c.moveMedia(CHANNEL, 5, "prepend", { confirm: true }),
      "moveMedia",
      { from: 5, after: "prepend" },
    ],
    ["jumpTo", (c) => c.jumpTo(CHANNEL, 42, { confirm: true }), "jumpTo", 42],
    ["clearPlaylist", (c) => c.clearPlaylist(CHANNEL, { confirm: true }), "clearPlaylist", {}],
    ["shufflePlaylist", (c) => c.shufflePlaylist(CHANNEL, { confirm: true }), "shufflePlaylist", {}],
    ["setTemp", (c) => c.setTemp(CHANNEL, 5, false, { confirm: true }), "setTemp", { uid: 5, temp: false }],
    ["pause", (c) => c.pause(CHANNEL, { confirm: true }), "pause", {}],
    ["play", (c) => c.play(CHANNEL, { confirm: true }), "play", {}],
    ["seek", (c) => c.seek(CHANNEL, 30, { confirm: true }), "seekTo", { time: 30 }],
    [
      "kickUser",
      (c) => c.kickUser(CHANNEL, "bob", "ads", { confirm: true }),
      "chatMsg",
      { msg: "/kick bob ads" },
    ],
    [
      "banUser",
      (c) => c.banUser(CHANNEL, "bob", undefined, { confirm: true }),
      "chatMsg",
      { msg: "/ban bob" },
    ],
    [
      "muteUser",
      (c) => c.muteUser(CHANNEL, "bob", { confirm: true }),
      "chatMsg",
      expect.objectContaining({ msg: "/mute bob" }),
    ],
    [
      "shadowMuteUser",
      (c) => c.shadowMuteUser(CHANNEL, "bob", { confirm: true }),
      "chatMsg",
      expect.objectContaining({ msg: "/smute bob" }),
    ],
    ["unmuteUser", (c) => c.unmuteUser(CHANNEL, "bob", { confirm: true }), "chatMsg", { msg: "/unmute bob" }],
    ["voteskip", (c) => c.voteskip(CHANNEL, { confirm: true }), "voteskip", {}],
    ["assignLeader", (c) => c.assignLeader(CHANNEL, "dj", { confirm: true }), "assignLeader", { name: "dj" }],
    [
      "assignLeader to nobody",
      (c) => c.assignLeader(CHANNEL, "", { confirm: true }),
      "assignLeader",
      { name: "" },
    ],
    ["playNext", (c) => c.playNext(CHANNEL, { confirm: true }), "playNext", {}],
    ["setMotd", (c) => c.setMotd(CHANNEL, "motd", { confirm: true }), "setMotd", { motd: "motd" }],
    [
      "setChannelCss",
      (c) => c.setChannelCss(CHANNEL, "a{}", { confirm: true }),
      "setChannelCSS",
      { css: "a{}" },
    ],
    ["setChannelJs", (c) => c.setChannelJs(CHANNEL, "1", { confirm: true }), "setChannelJS", { js: "1" }],
    ["setOptions", (c) => c.setOptions(CHANNEL, { a: 1 }, { confirm: true }), "setOptions", { a: 1 }],
    [
      "setPermissions",
      (c) => c.setPermissions(CHANNEL, { seeplaylist: 0 }, { confirm: true }),
      "setPermissions",
      expect.anything(),
    ],
    [
      "updateEmote",
      (c) => c.updateEmote(CHANNEL, ":a:", "u", { confirm: true }),
      "updateEmote",
      expect.objectContaining({ name: ":a:", image: "u" }),
    ],
    ["removeEmote", (c) => c.removeEmote(CHANNEL, ":a:", { confirm: true }), "removeEmote", { name: ":a:" }],
    [
      "addFilter",
      (c) => c.addFilter(CHANNEL, "n", "s", "g", "r", false, true, { confirm: true }),
      "addFilter",
      expect.objectContaining({ name: "n", source: "s", flags: "g", replace: "r" }),
    ],
    [
      "updateFilter",
      (c) => c.updateFilter(CHANNEL, "n", "s", "g", "r2", false, true, { confirm: true }),
      "updateFilter",
      expect.objectContaining({ name: "n", replace: "r2" }),
    ],
    [
      "removeFilter",
      (c) => c.removeFilter(CHANNEL, "n", { confirm: true }),
      "removeFilter",
      expect.objectContaining({ name: "n" }),
    ],
    [
      "newPoll",
      (c) => c.newPoll(CHANNEL, "t", ["a", "b"], false, 0, { confirm: true }),
      "newPoll",
      expect.objectContaining({ title: "t", opts: ["a", "b"] }),
    ],
    ["vote", (c) => c.vote(CHANNEL, 1, { confirm: true }), "vote", { option: 1 }],
    ["closePoll", (c) => c.closePoll(CHANNEL, { confirm: true }), "closePoll", {}],
    [
      "setChannelRank",
      (c) => c.setChannelRank(CHANNEL, "ann", 2, { confirm: true }),
      "setChannelRank",
      expect.objectContaining({ rank: 2 }),
    ],
    [
      "searchLibrary",
      (c) => c.searchLibrary(CHANNEL, "q", "library", { confirm: true }),
      "searchMedia",
      { query: "q", source: "library" },
    ],
    [
      "deleteFromLibrary",
      (c) => c.deleteFromLibrary(CHANNEL, "m", { confirm: true }),
      "uncache",
      expect.objectContaining({ id: "m" }),
    ],
    ["unban by name", (c) => c.unban(CHANNEL, "troll", { confirm: true }), "unban", { id: 7, name: "troll" }],
    ["unban by id", (c) => c.unban(CHANNEL, 7, { confirm: true }), "unban", { id: 7, name: "troll" }],
  ];

  it.each(COMMANDS)("CyTube sees what %s means", async (_name, send, event, payload) => {
    cytube.frames.length = 0;
    await send(client);
    await eventually(`the frame ${event}`, () => frames(event).length > 0);
    expect(frames(event).at(-1)).toEqual(payload);
  });

  it("addMedia learns the number of the item, or why CyTube refused it", async () => {
    expect(await client.addMedia(CHANNEL, "yt", "abc")).toEqual({ success: true, uid: 77 });
    const refusal = { msg: "Private video", link: "x", id: "private" };
    expect(await client.addMedia(CHANNEL, "yt", "private")).toEqual({
      success: false,
      uid: null,
      error: "Private video",
      queueFail: refusal,
    });
  });

  it("every question has its answer", async () => {
    cytube.emit("userlist", [
      { name: "ann", rank: 2, profile: { image: "", text: "hi" }, meta: { afk: false } },
    ]);
    cytube.emit("setMotd", "welcome");
    cytube.emit("emoteList", [{ name: ":hi:", image: "u", source: ":hi:" }]);
    const user = await eventually("the user is known", () => client.getUser(CHANNEL, "ann"));
    expect(user).toMatchObject({ name: "ann", rank: 2 });
    expect(await client.getUserProfile(CHANNEL, "ann")).toEqual({ image: "", text: "hi" });
    expect(await client.getAllProfiles(CHANNEL)).toEqual({ ann: { image: "", text: "hi" } });
    expect(await client.getUserLevel(CHANNEL)).toEqual({ success: true, rank: 3, username: "Bot" });
    expect(await client.getStateEmotes(CHANNEL)).toMatchObject([{ name: ":hi:" }]);
    expect(await client.getStateChannelOptions(CHANNEL)).toEqual({});
    expect(await client.getStateChannelPermissions(CHANNEL)).toEqual({});
    expect(await client.getBanlist(CHANNEL)).toMatchObject({ banlist: [{ id: 7, name: "troll" }] });
    expect(await client.getChannelRanks(CHANNEL)).toEqual({ ranks: [{ name: "ann", rank: 4 }] });
    expect(await client.getChanLog(CHANNEL)).toEqual({ log: { success: true, data: "a line" } });
    expect(await client.getLibrarySearch(CHANNEL, "q")).toEqual({ results: [{ id: "v", title: "found" }] });
    expect(await client.getChannels()).toEqual([
      { domain: cytube.domain, channel: CHANNEL, connected: true },
    ]);
    expect(await client.getVersion()).toMatch(/^1\.12\./);
    expect(await client.getStats()).toMatchObject({
      events: { totalPublished: expect.any(Number) },
      commands: {},
    });
    expect(await client.getConfig()).toMatchObject({
      logLevel: "ERROR",
      cytube: { password: "***REDACTED***" },
    });
    expect(await client.ping()).toMatchObject({ pong: true, service: "robot" });
    expect(await client.reloadConfig("/no/such/file.json")).toMatchObject({ success: false });
    expect(await client.getStateMotd(CHANNEL)).toBe("welcome");
    expect(await client.getStatePlaylistItems(CHANNEL)).toContainEqual(expect.objectContaining({ uid: 1 }));
  });

  it("safe commands go by the rank of the login", async () => {
    expect(await client.safeSetMotd(CHANNEL, "m")).toMatchObject({ success: true, rank: 3 });
    expect(await client.safeSetChannelRank(CHANNEL, "ann", 2)).toMatchObject({ success: false, rank: 3 });
  });

  it("refusals and silence are told apart", async () => {
    await expect(client.sendCommand("robot", "jump", { uid: 42 }, { confirm: true })).rejects.toMatchObject({
      name: "CommandError",
    });
    await expect(client.sendCommand("robot", "unkick", {}, { confirm: true })).rejects.toMatchObject({
      name: "CommandError",
    });
    const unknown = client.sendCommand("robot", "unheardOf", {}, { confirm: true, timeout: 0.5 });
    await expect(unknown).rejects.toMatchObject({ name: "KrytenTimeoutError" });
    const elsewhere = client.pause("other-channel", { confirm: true, timeout: 0.5 });
    await expect(elsewhere).rejects.toMatchObject({ name: "KrytenTimeoutError" });
  });

  it("events arrive as their models", async () => {
    const seen: KrytenEvent[] = [];
    for (const name of [
      "chatmsg",
      "pm",
      "adduser",
      "userleave",
      "changemedia",
      "playlist",
      "usercount",
      "setmotd",
    ]) {
      client.on(name, (event) => void seen.push(event));
    }
    cytube.emit("chatMsg", { username: "ann", msg: "hi", meta: {}, time: 1754000000123 });
    cytube.emit("pm", { username: "ann", msg: "psst", meta: {}, time: 1754000000123, to: "Bot" });
    cytube.emit("addUser", { name: "bob", rank: 1.5, meta: {}, profile: { image: "", text: "" } });
    cytube.emit("changeMedia", {
      type: "yt",
      id: "x",
      title: "T",
      seconds: 61,
      duration: "01:01",
      currentTime: 0,
    });
    cytube.emit("playlist", [{ uid: 1 }]);
    cytube.emit("usercount", 7);
    cytube.emit("setMotd", "a motd");
    cytube.emit("userLeave", { name: "bob" });
    await eventually("all arrive", () => seen.length >= 8, 20_000);
    const of = (kind: string) => seen.filter((event) => event.kind === kind);
    expect(of("chat")).toMatchObject([
      { username: "ann", message: "hi", rank: 0, channel: CHANNEL, domain: cytube.domain },
      { username: "ann", message: "psst" },
    ]);
    expect(of("join")).toMatchObject([{ username: "bob", rank: 1.5 }]);
    expect(of("leave")).toMatchObject([{ username: "bob" }]);
    expect(of("media")).toMatchObject([{ mediaId: "x", duration: 61, uid: 0 }]);
    expect(of("raw").map((event) => event.kind === "raw" && event.payload)).toEqual([
      [{ uid: 1 }],
      7,
      "a motd",
    ]);
    expect(client.health().errors).toBe(0);
  });

  it("the bridge's registry lists the Node service beside the Python one", async () => {
    // The bridge knows only those who announce themselves while it listens, and asks for nobody.
    await client.lifecycle?.publishStartup();
    const { services } = await client.getServices();
    expect(services.map(({ name }) => name).sort()).toEqual(["node-peer", "py-peer", "robot"]);
    const own = services.find(({ name }) => name === "node-peer");
    expect(own).toMatchObject({ version: "1.2.3", isStale: false, hostname: expect.any(String) });
  });

  it("kryten-py and this client command, ask, store for and hear each other", async () => {
    await client.kvPut("interop", "from-node", { from: "node" });
    client.subscribeRequestReply("kryten.query.node-peer", (request) => ({ success: true, data: request }));
    await client.nats?.flush();
    await client.sendCommand("py-peer", "store", { a: 1 }, { confirm: true });
    expect(await client.kvGet("interop", "from-py", { parseJson: true })).toEqual({ n: 1 });
    const stored = await client.natsRequest("kryten.py-peer.command", { command: "store" });
    expect(stored).toMatchObject({ data: { seen: { from: "node" } } });
    const asked = await client.natsRequest("kryten.py-peer.command", { command: "ask-node" });
    expect(asked).toMatchObject({ data: { success: true, data: { question: 42 } } });
    await expect(client.sendCommand("py-peer", "other", {}, { confirm: true })).rejects.toMatchObject({
      name: "CommandError",
    });
    const request = told.find(({ what }) => what === "command")?.request;
    expect(request).toMatchObject({ command: "store", args: { a: 1 }, meta: { source: "node-peer" } });
    expect(request).not.toHaveProperty("service");
    cytube.emit("chatMsg", { username: "ann", msg: "to both", meta: {}, time: 1 });
    await eventually("the Python peer hears chat", () => told.some(({ message }) => message === "to both"));
  });

  it("a group restart reaches the Python service and ends the bridge", async () => {
    await client.lifecycle?.publishGroupRestart({ reason: "upgrade", delaySeconds: 1 });
    const notice = await eventually("the Python peer is told", () =>
      told.find(({ what }) => what === "restart"),
    );
    expect(notice.data).toMatchObject({ initiator: "node-peer", reason: "upgrade", delay_seconds: 1 });
    const [robot] = children;
    await eventually("the bridge has ended", () => robot?.child.exitCode !== null, 40_000);
    expect(robot?.child.exitCode).toBe(0);
  }, 60_000);
}
