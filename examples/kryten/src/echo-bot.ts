// Repeats what is said, and answers !ping. NATS_URL, DOMAIN, CHANNEL and BOT_NAME say where.
import { KrytenClient } from "@kit/kryten";

const {
  NATS_URL = "nats://localhost:4222",
  DOMAIN = "cytu.be",
  CHANNEL = "lounge",
  BOT_NAME = "Bot",
} = process.env;

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels: [{ domain: DOMAIN, channel: CHANNEL }],
  service: { name: "echo-bot" },
});
const startedAt = Date.now();

client.on("chatmsg", async (event) => {
  // CyTube replays recent lines when the bridge joins, and everybody hears the bot's own.
  if (event.timestamp.getTime() < startedAt || event.username === BOT_NAME) return;
  if (event.message.startsWith("!ping")) {
    await client.sendCommand({ service: "robot", type: "say", body: `Pong! ${event.username}` });
  } else if (!event.message.startsWith("!")) {
    await client.sendChat(event.channel, `${event.username} said: ${event.message}`);
  }
});

console.log("Echo bot started");
await client.run();
