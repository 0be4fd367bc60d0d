import { AwsClientV2 } from "cohere-ai/aws";

const client = new AwsClientV2({ environment: process.env.COHERE_URL });
const messages = [{ role: "user", content: "Hello?" }];
const { message } = await client.chat({ model: "command-a-03-2025", messages });
console.log(message.content[0].text);
