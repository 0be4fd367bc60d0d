import { Ollama } from "ollama";

const client = new Ollama({ host: process.env.OLLAMA_URL });
const { message } = await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hello?" }] });
console.log(message.content);
