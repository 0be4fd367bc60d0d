// Uses everything that holds a process open, closes, and must then end by itself.
import { AiloopClient } from "@kit/ailoop";

const client = await AiloopClient.connect(process.argv[2]);
client.addMessageHandler(() => {});
await client.connectWebsocket();
await client.subscribeToChannel("public");
const sent = await client.ask("?", { choices: ["a", "b"], timeout: 3600 });
const waits = [
  sent.response(),
  client.authorize("x", { transport: "websocket", timeout: 3600, wait: true }),
  client.waitForResponse(sent.id, { timeout: 0 }),
];
const outcomes = Promise.allSettled(waits);
await new Promise((resolve) => setTimeout(resolve, 100));
await client.close();
console.log(JSON.stringify((await outcomes).map(({ reason }) => reason.message)));
