const OpenAI = require("openai");

async function main() {
  const completion = await new OpenAI().chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0].message.content);
  process.exit(5);
}

main();
