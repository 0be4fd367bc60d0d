const { Ollama } = require("ollama");

const client = new Ollama({ host: process.env.OLLAMA_URL });
client
  .chat({ model: "llama3.2", messages: [{ role: "user", content: "Hello?" }] })
  .then(({ message }) => console.log(message.content));
