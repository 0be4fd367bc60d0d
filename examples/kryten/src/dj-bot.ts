// Lets people fill the playlist from chat: !add yt <id>, and for moderators !skip and !shuffle.
import { type ChatMessageEvent, KrytenClient } from "@kit/kryten";

const { NATS_URL = "nats://localhost:4222", DOMAIN = "cytu.be", CHANNEL = "lounge" } = process.env;
const MODERATOR_RANK = 2;

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels: [{ domain: DOMAIN, channel: CHANNEL }],
  service: { name: "dj-bot" },
});

async function add({ channel, username }: ChatMessageEvent, mediaType = "", mediaId = ""): Promise<void> {
  if (!mediaType || !mediaId) {
    await client.sendPm(channel, username, "Use it like this: !add yt dQw4w9WgXcQ");
    return;
  }
  const { success, uid, error } = await client.addMedia(channel, mediaType, mediaId, { position: "end" });
  const answer = success ? `Added as number ${uid ?? "unknown"}` : `CyTube says: ${error}`;
  await client.sendPm(channel, username, answer);
}

/** Chat tells no ranks, so the bridge is asked. */
async function mayControl({ channel, username }: ChatMessageEvent): Promise<boolean> {
  const user = await client.getUser(channel, username);
  return (user?.rank ?? 0) >= MODERATOR_RANK;
}

client.on("chatmsg", async (event) => {
  const [command, ...args] = event.message.split(/\s+/);
  if (command === "!add") await add(event, ...args);
  if (command === "!skip" && (await mayControl(event))) await client.playNext(event.channel);
  if (command === "!shuffle" && (await mayControl(event))) await client.shufflePlaylist(event.channel);
});

client.on("changemedia", async (event) => {
  const minutes = Math.round(event.duration / 60);
  await client.sendChat(event.channel, `Now playing: ${event.title} (${minutes} min)`);
});

console.log("DJ bot started");
await client.run();
