// Counts what happens in a channel; /health and /metrics on METRICS_PORT, a summary at the end.
import { KrytenClient, SimpleMetricsServer } from "@kit/kryten";

const {
  NATS_URL = "nats://localhost:4222",
  DOMAIN = "cytu.be",
  CHANNEL = "lounge",
  METRICS_PORT = "9108",
} = process.env;

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels: [{ domain: DOMAIN, channel: CHANNEL }],
  service: { name: "analytics", metrics_port: METRICS_PORT === "0" ? undefined : METRICS_PORT },
});
const counts = { messages: 0, joins: 0, leaves: 0, played: 0 };
const talkers = new Map<string, number>();
let viewers = 0;

client.on("chatmsg", ({ username }) => {
  counts.messages++;
  talkers.set(username, (talkers.get(username) ?? 0) + 1);
});
client.on("adduser", () => void counts.joins++);
client.on("userleave", () => void counts.leaves++);
client.on("changemedia", () => void counts.played++);
client.on("usercount", ({ payload }) => {
  viewers = payload;
});

const server = new SimpleMetricsServer({
  serviceName: "analytics",
  port: Number(METRICS_PORT),
  host: "127.0.0.1",
  client,
  metricsCallback: () => [
    ...Object.entries(counts).map(([name, count]) => `analytics_${name}_total ${count}`),
    `analytics_viewers ${viewers}`,
  ],
  healthCallback: () => ({ events_received: client.health().eventsReceived }),
});
await server.start();

console.log(`Analytics started on port ${server.port}`);
await client.run();
await server.stop();
console.log(JSON.stringify({ ...counts, viewers, talkers: talkers.size }));
