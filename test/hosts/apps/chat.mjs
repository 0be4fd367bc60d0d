import { flush, init, patch } from "@kit/sdk";
import OpenAI from "openai";

init();
if (process.argv.includes("patch")) console.log(patch(OpenAI, "openai") ? "patched" : "not patched");
const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL });

async function main() {
  const { choices } = await client.chat.completions.create({ model: "gpt-4.1-mini", messages: [] });
  console.log(choices[0].message.content);
  await flush();
}

main();
