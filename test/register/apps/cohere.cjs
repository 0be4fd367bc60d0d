const { CohereClientV2 } = require("cohere-ai");

const client = new CohereClientV2({ token: "test", environment: process.env.COHERE_URL });
client
  .chat({ model: "command-a-03-2025", messages: [{ role: "user", content: "Hello?" }] })
  .then(({ message }) => console.log(message.content[0].text));
