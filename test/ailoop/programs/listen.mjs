// Listens to everything and tells its heap after every 20,000 messages.
import { AiloopClient } from "@kit/ailoop";

const client = new AiloopClient(process.argv[2]);
let heard = 0;
client.addMessageHandler(() => {
  heard += 1;
  if (heard % 20_000 !== 0) return;
  setTimeout(() => {
    globalThis.gc();
    console.log(process.memoryUsage().heapUsed);
    if (heard === 100_000) void client.close();
  }, 200);
});
await client.connectWebsocket();
await client.subscribeToChannel("*");
console.log("ready");
