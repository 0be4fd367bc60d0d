// The other process: hears of a release on the bus, shortens the notes with a model, and says so in the chat.
import { KrytenClient } from "@kit/kryten";
import { agent, joinSession } from "@kit/tracing";
import OpenAI from "openai";
import { busConfig, CHANNEL, RELEASED } from "./bus.js";

const MODEL = "gpt-4.1-nano";

const bus = await KrytenClient.open(busConfig("announcer"));

const announce = agent("announcer", async function announce({ version, notes }) {
  const { choices } = await new OpenAI().chat.completions.create({
    model: MODEL,
    messages: [
      { role: "system", content: "One cheerful line for a chat, at most 120 characters." },
      { role: "user", content: `${version} is out.\n${notes}` },
    ],
  });
  const line = choices[0].message.content;
  await bus.sendChat(CHANNEL, line);
  console.log(`> in #${CHANNEL}: ${line}`);
});

bus.subscribe(RELEASED, function onReleased(message) {
  // The message brought the trace along; the session comes with its baggage.
  return joinSession(() => announce(JSON.parse(new TextDecoder().decode(message.data))));
});

console.log("> announcer: listening");
await bus.run(); // until SIGTERM
await bus.disconnect();
