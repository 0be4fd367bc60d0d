const Groq = require("groq-sdk");

const messages = [{ role: "user", content: "Hello?" }];
new Groq().chat.completions
  .create({ model: "llama", messages })
  .then(({ choices }) => console.log(choices[0].message.content));
