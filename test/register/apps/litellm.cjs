const { completion, embedding } = require("litellm");

async function main() {
  const params = {
    model: "gpt-4.1-mini",
    baseUrl: process.env.OPENAI_BASE_URL,
    messages: [{ role: "user", content: "Hello?" }],
  };
  const answer = await completion(params);
  console.log(answer.choices[0].message.content);
  await embedding({ model: "text-embedding-3-small", input: "Hello?" });
}

main();
