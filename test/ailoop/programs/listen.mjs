// Listens to everything and tells its heap after every 20,000 messages.
import { AiloopClient } from "@kit/ailoop";
import { collectedHeap } from "./collected-heap.mjs";

const client = new AiloopClient(process.argv[2]);
let heard = 0;
client.addMessageHandler(() => {
  heard += 1;
  // Not awaited here: messages would pile up behind the handler meanwhile.
  if (heard % 20_000 === 0) void tellHeap(heard === 100_000);
});
await client.connectWebsocket();
await client.subscribeToChannel("*");
console.log("ready");

async function tellHeap(last) {
  console.log(await collectedHeap());
  if (last) await client.close();
}
