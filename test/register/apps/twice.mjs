import OpenAI from "openai";

const client = new OpenAI();
const messages = [{ role: "user", content: "Hello?" }];
for (const model of ["gpt-4.1", "gpt-4.1-mini"]) await client.chat.completions.create({ model, messages });
