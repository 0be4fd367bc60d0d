// An application that knows nothing of telemetry. Every word of content it sends begins with "canary".
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic({ maxRetries: 0 });
const messages = [{ role: "user", content: "canary-prompt, and a few words more" }];
const look = {
  name: "look",
  // Told by default: a developer wrote it, not a user.
  description: "Looks things up.",
  parameters: { title: "canary-schema" },
  parse: JSON.parse,
  function: () => "canary-tool-output",
};

await openai.chat.completions.create({ model: "plain", messages, user: "canary-user" });
for await (const _ of await openai.chat.completions.create({ model: "stream", messages, stream: true }));
await openai.chat.completions.create({ model: "fail", messages }).catch(() => {});
await openai.chat.completions
  .runTools({ model: "tools", messages, tools: [{ type: "function", function: look }] })
  .done();
await openai.responses.create({
  model: "response",
  input: "canary-input",
  instructions: "canary-instructions",
});
await anthropic.messages.create({ model: "message", max_tokens: 9, system: "canary-system", messages });
await anthropic.messages.create({ model: "fail", max_tokens: 9, messages }).catch(() => {});
