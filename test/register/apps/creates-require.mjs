import { createRequire } from "node:module";

// On Node 20 the modules that this one imports are not loaded by the thread of the loaders.
const { ask } = createRequire(import.meta.url)("./asks.mjs");
await ask();
