import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { agent } from "@kit/tracing";
import { readChange } from "./changes.js";

const MODEL = "claude-sonnet-4-6";

const showChange = betaTool({
  name: "show_change",
  description: "One change in full, by its id",
  inputSchema: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
  run: ({ id }) => JSON.stringify(readChange(id)),
});

/** An agent of its own: looks at the changes that need it, and writes. */
export const writeNotes = agent("release-writer", async function writeNotes(version, changes) {
  const runner = new Anthropic().beta.messages.toolRunner({
    model: MODEL,
    max_tokens: 1024,
    stream: true,
    system: "You write release notes: a heading with the version, then one line a change. Nothing else.",
    messages: [{ role: "user", content: `Notes for ${version}. The changes: ${JSON.stringify(changes)}` }],
    tools: [showChange],
  });
  for await (const turn of runner) for await (const _ of turn);
  const { content } = await runner.done();
  return content
    .filter(({ type }) => type === "text")
    .map(({ text }) => text)
    .join("");
});
