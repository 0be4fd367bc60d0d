import OpenAI from "openai";

export async function ask() {
  const completion = await new OpenAI().chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [{ role: "user", content: "Hello?" }],
  });
  console.log(completion.choices[0].message.content);
}
