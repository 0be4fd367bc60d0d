// Never opens a socket and never closes: an HTTP call alone must not hold a process open.
import { AiloopClient } from "@kit/ailoop";

const client = new AiloopClient(process.argv[2]);
await client.ask("?", { timeout: 3600 });
await client.say("done");
console.log("said");
