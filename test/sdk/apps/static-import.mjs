// Imports the library the usual way, which loads it before the program runs, and starts the kit after that.
import { init } from "@kit/sdk";
import OpenAI from "openai";

const client = new OpenAI();
init({ patchLoaded: process.env.PATCH_LOADED !== "no" });
const completion = await client.chat.completions.create({
  model: "gpt-4.1-mini",
  messages: [{ role: "user", content: "Hello?" }],
});
console.log(completion.choices[0].message.content);
