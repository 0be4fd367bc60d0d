// Node strips the types; `import` in a CommonJS file would need a compiler.
const OpenAI = require("openai") as typeof import("openai").default;

async function main(): Promise<void> {
  const client = new OpenAI();
  const completion = await client.chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0]?.message.content);
}

main();
