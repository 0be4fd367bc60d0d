import OpenAI from "openai";

// `idle`: nobody waits for the answer, and the program runs to its end. Else it exits while the answer is under way.
const client = new OpenAI({ apiKey: "none" });
const asked = client.chat.completions.create({
  model: "gpt-4.1-mini",
  messages: [{ role: "user", content: "hello" }],
});
if (process.argv[2] !== "idle") {
  void asked.then(() => console.log("answered"));
  setTimeout(() => process.exit(5), 50);
}
