import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import OpenAI from "openai";

/** Answers as a model might, so that the example runs without a key and without a network. */
const local = createServer(async (request, response) => {
  const { messages } = await json(request);
  const asked = messages[0].content;
  const sorting = asked.startsWith("Is this");
  const spam = asked.includes("won!");
  const content = sorting ? (spam ? "spam" : "billing") : "We have corrected invoice 2210.";
  response.writeHead(200, { "content-type": "application/json" }).end(
    JSON.stringify({
      id: "chatcmpl-local",
      object: "chat.completion",
      model: "gpt-4o-2024-08-06",
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      usage: { prompt_tokens: 150, completion_tokens: sorting ? 1 : 12, total_tokens: sorting ? 151 : 162 },
    }),
  );
});
const listening = process.env.OPENAI_API_KEY ? undefined : once(local.listen(0, "127.0.0.1"), "listening");
// It is no reason for the process to go on.
local.unref();

/** The client of the real provider when `OPENAI_API_KEY` is set, else of the one above. */
export async function createClient() {
  if (listening === undefined) return new OpenAI();
  await listening;
  return new OpenAI({ apiKey: "none", baseURL: `http://127.0.0.1:${local.address().port}` });
}
