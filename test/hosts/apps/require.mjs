import { createRequire } from "node:module";
import { flush, init } from "@kit/sdk";
import OpenAI from "openai";

init();

async function main() {
  const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL });
  const { choices } = await client.chat.completions.create({ model: "gpt-4.1-mini", messages: [] });
  const { satisfies } = createRequire(`${process.cwd()}/any.js`)("semver");
  console.log(choices[0].message.content, satisfies("1.2.3", "1"));
  await flush();
}

main();
