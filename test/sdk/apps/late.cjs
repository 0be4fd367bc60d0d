// Starts the kit, then requires the library, then imports it.
const { init } = require("@kit/sdk");

init();
const { OpenAI } = require("openai");

const ask = async (Client) => {
  const completion = await new Client().chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0].message.content);
};
ask(OpenAI).then(async () => ask((await import("openai")).OpenAI));
