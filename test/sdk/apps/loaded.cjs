// Loads the library, then starts the kit.
const { OpenAI } = require("openai");
const { init } = require("@kit/sdk");

const client = new OpenAI();
init();
client.chat.completions
  .create({ model: "gpt-4.1-mini", messages: [{ role: "user", content: "Hello?" }] })
  .then((completion) => console.log(completion.choices[0].message.content));
