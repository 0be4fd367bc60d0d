// @ts-expect-error: our compiler settings refuse what most applications do, import in a CommonJS file.
import OpenAI from "openai";

async function main(): Promise<void> {
  const client: OpenAI = new OpenAI();
  const completion = await client.chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0]?.message.content);
}

main();
