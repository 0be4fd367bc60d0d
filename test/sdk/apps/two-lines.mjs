import { init } from "@kit/sdk";

init();

const { OpenAI } = await import("openai");
const client = new OpenAI();
const answer = await client.chat.completions.create({
  model: "gpt-4o",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);
