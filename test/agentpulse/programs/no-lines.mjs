import OpenAI from "openai";

const client = new OpenAI();
const messages = [{ role: "user", content: "the-marked-words" }];
const completion = await client.chat.completions.create({ model: "gpt-4o", messages });
console.log(completion.choices[0].message.content);
