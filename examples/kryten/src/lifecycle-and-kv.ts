// Announces itself by hand, keeps a count that outlives it, watches other services, and restarts with the group.
import { KrytenClient, LifecycleEventPublisher } from "@kit/kryten";

const { NATS_URL = "nats://localhost:4222", DOMAIN = "cytu.be", CHANNEL = "lounge" } = process.env;
const BUCKET = "kryten_counter-bot";
const SAVE_EVERY = 10;

await using client = await KrytenClient.open({
  nats: { servers: [NATS_URL] },
  channels: [{ domain: DOMAIN, channel: CHANNEL }],
});
const lifecycle = new LifecycleEventPublisher({
  natsClient: client,
  serviceName: "counter-bot",
  serviceVersion: "1.0.0",
});

let messages = await client.kvGet<number, number>(BUCKET, "message_count", { default: 0, parseJson: true });
const save = (count: number) => client.kvPut(BUCKET, "message_count", count, { asJson: true });

client.on("chatmsg", async ({ username }) => {
  // Handlers overlap at every await, so the number of this very message is kept.
  const count = ++messages;
  await client.kvPut(BUCKET, `user:${username}`, { lastSeen: new Date() }, { asJson: true });
  if (count % SAVE_EVERY === 0) await save(count);
});

client.subscribe("kryten.lifecycle.*.*", (message) => {
  const { service_name: service, event_type: event } = message.json<Record<string, string>>();
  if (event && service !== lifecycle.serviceName) console.log(`${service}: ${event}`);
});

lifecycle.onRestartNotice(async ({ initiator, reason, delaySeconds }) => {
  console.log(`${initiator} asks for a restart in ${delaySeconds} s: ${reason}`);
  await client.stop(); // the process manager starts it again
});

await lifecycle.start();
await lifecycle.publishStartup({ resumed_at: messages });
console.log(`Counter bot started at ${messages}`);
await client.run();
await save(messages);
console.log(`Users seen: ${(await client.kvKeys(BUCKET)).filter((key) => key.startsWith("user:")).length}`);
await lifecycle.publishShutdown("Asked to stop");
await lifecycle.stop();
