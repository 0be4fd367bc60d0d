const Together = require("together-ai");

const messages = [{ role: "user", content: "Hello?" }];
new Together().chat.completions
  .create({ model: "llama", messages })
  .then(({ choices }) => console.log(choices[0].message.content));
