import { Mistral } from "@mistralai/mistralai";

const client = new Mistral({ apiKey: "test", serverURL: process.env.MISTRAL_URL });
const messages = [{ role: "user", content: "Hello?" }];
const { choices } = await client.chat.complete({ model: "mistral-small-latest", messages });
console.log(choices[0].message.content);
