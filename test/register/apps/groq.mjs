import Groq from "groq-sdk";

const messages = [{ role: "user", content: "Hello?" }];
const { choices } = await new Groq().chat.completions.create({ model: "llama", messages });
console.log(choices[0].message.content);
