// Warns for a forbidden word, then mutes, then kicks. Moderators may say what they like. WORDS lists the words.
import { CommandError, KrytenClient } from "@kit/kryten";

const {
  NATS_URL = "nats://localhost:4222",
  DOMAIN = "cytu.be",
  CHANNEL = "lounge",
  WORDS = "spam,scam",
} = process.env;
const forbidden = WORDS.toLowerCase().split(",");

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels: [{ domain: DOMAIN, channel: CHANNEL }],
  service: { name: "moderator-bot" },
});
const strikes = new Map<string, number>();

async function punish(channel: string, username: string, strike: number): Promise<void> {
  if (strike === 1) await client.sendPm(channel, username, "Please mind your words.");
  else if (strike === 2) await client.muteUser(channel, username, { confirm: true });
  else await client.kickUser(channel, username, "Three strikes", { confirm: true });
}

client.on("chatmsg", async ({ channel, username, message }) => {
  const text = message.toLowerCase();
  if (!forbidden.some((word) => text.includes(word))) return;
  const user = await client.getUser(channel, username);
  if (user && user.rank >= 2) return;
  const strike = (strikes.get(username) ?? 0) + 1;
  strikes.set(username, strike);
  try {
    await punish(channel, username, strike);
    console.log(`strike ${strike}`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
  }
});

client.on("userleave", ({ username }) => void strikes.delete(username));

console.log("Moderator bot started");
await client.run();
