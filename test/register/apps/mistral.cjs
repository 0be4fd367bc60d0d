const { Mistral } = require("@mistralai/mistralai");

const client = new Mistral({ apiKey: "test", serverURL: process.env.MISTRAL_URL });
client.chat
  .complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hello?" }] })
  .then(({ choices }) => console.log(choices[0].message.content));
