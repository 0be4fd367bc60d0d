import { CohereClientV2 } from "cohere-ai";

const client = new CohereClientV2({ token: "test", environment: process.env.COHERE_URL });
const messages = [{ role: "user", content: "Hello?" }];
const { message } = await client.chat({ model: "command-a-03-2025", messages });
console.log(message.content[0].text);
