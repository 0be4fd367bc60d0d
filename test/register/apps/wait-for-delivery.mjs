// Flushes as a serverless function does, and stays up while it waits.
import { flush } from "@kit/sdk";

await import("./chat.mjs");
const stay = setInterval(() => {}, 1000);
await flush();
clearInterval(stay);
