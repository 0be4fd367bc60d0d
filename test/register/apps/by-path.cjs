const { OpenAI } = require("openai/client");

const messages = [{ role: "user", content: "Hello?" }];
const asked = new OpenAI().chat.completions.create({ model: "gpt-4.1-mini", messages });
void asked.then(({ choices }) => console.log(choices[0].message.content));
