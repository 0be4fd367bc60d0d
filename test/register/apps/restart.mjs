// Ends the kit, calls without it, and starts it again.
import { init, shutdown } from "@kit/sdk";
import OpenAI from "openai";

const client = new OpenAI();
const ask = (model) => client.chat.completions.create({ model, messages: [] });
init();
await ask("before");
await shutdown();
await ask("between");
init();
await ask("after");
