// Serves several channels and relays chat between them. CHANNELS is a list such as cytu.be/lounge,cytu.be/movies.
import { KrytenClient } from "@kit/kryten";

const {
  NATS_URL = "nats://localhost:4222",
  CHANNELS = "cytu.be/lounge,cytu.be/movies",
  BOT_NAME = "Bot",
} = process.env;
const channels = CHANNELS.split(",").map((entry) => {
  const [domain = "", channel = ""] = entry.split("/");
  return { domain, channel };
});

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels,
  service: { name: "multi-channel" },
});

client.on("chatmsg", async ({ channel, username, message }) => {
  if (username === BOT_NAME || message.startsWith("!")) return;
  const others = channels.filter((other) => other.channel.toLowerCase() !== channel.toLowerCase());
  for (const other of others)
    await client.sendChat(other.channel, `[${channel}] ${username}: ${message}`, other);
});

for (const { channel, domain } of channels) {
  client.on("adduser", { channel, domain }, ({ username }) =>
    client.sendPm(channel, username, `Welcome to ${channel}!`),
  );
}

client.on("chatmsg", async ({ channel, message }) => {
  if (message !== "!where") return;
  const lines = client.channels.map((each) => `${each.channel} (${each.eventsReceived} events)`);
  await client.sendChat(channel, `I am in ${lines.join(", ")}`);
});

console.log("Multi-channel bot started");
await client.run();
