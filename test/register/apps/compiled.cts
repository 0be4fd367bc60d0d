// The SDK is required by the very file that tsx compiles: what it requires beyond that goes another way.
const OpenAI = require("openai") as typeof import("openai").default;

async function main(): Promise<void> {
  const completion = await new OpenAI().chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0]?.message.content);
}

main();
