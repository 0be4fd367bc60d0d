// Starts the kit in a module of its own, while the library is already on its way.
import "./telemetry.mjs";
import OpenAI from "openai";

const completion = await new OpenAI().chat.completions.create({
  model: "gpt-4.1-mini",
  messages: [{ role: "user", content: "Hello?" }],
});
console.log(completion.choices[0].message.content);
