// Starts the kit, then imports the library as an ES module, then as CommonJS.
import { createRequire } from "node:module";
import { init } from "@kit/sdk";

init();
const ask = async (OpenAI) => {
  const completion = await new OpenAI().chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0].message.content);
};
await ask((await import("openai")).OpenAI);
await ask(createRequire(import.meta.url)("openai").OpenAI);
