const { init } = require("@kit/sdk");
init();

const OpenAI = require("openai");
const client = new OpenAI();
const messages = [{ role: "user", content: "the-marked-words" }];
client.chat.completions
  .create({ model: "gpt-4o", messages })
  .then((completion) => console.log(completion.choices[0].message.content));
