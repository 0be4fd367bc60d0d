import { shutdown } from "@kit/sdk";

await import("./chat.mjs");
await shutdown();
