// Asks and is answered, five thousand times over, and tells its heap after every thousand.
import { AiloopClient } from "@kit/ailoop";
import { collectedHeap } from "./collected-heap.mjs";

const client = new AiloopClient(process.argv[2]);
await client.connectWebsocket();
for (let round = 0; round < 5; round += 1) {
  for (let batch = 0; batch < 20; batch += 1) {
    const asked = Array.from({ length: 50 }, () => client.authorize("x", { wait: true }));
    await Promise.all(asked);
  }
  console.log(await collectedHeap());
}
await client.close();
