// Sorts the morning's mail. Two lines start telemetry; the rest shows what an application can add to it.
import { init, shutdown } from "@kit/sdk";
import { checkMail } from "./check-mail.js";
import { cleanUp } from "./clean-up.js";

// AGENTPULSE_API_KEY and AGENTPULSE_ENDPOINT say where to; without a key the traces are printed here.
init({ serviceName: "mail-assistant", tracesExporter: process.env.AGENTPULSE_API_KEY ? "none" : "console" });

await checkMail();
await cleanUp("archive", async () => 12);
await cleanUp("spam", async () => {
  throw new Error("disk full");
}).catch(({ message }) => console.log(`spam: ${message}`));

await shutdown();
