import OpenAI from "openai";
import { readChanges } from "./changes.js";
import { writeNotes } from "./writer.js";

const MODEL = "gpt-4.1-mini";
const INSTRUCTIONS = `You prepare releases. Look at the changes, build, and repair what keeps the build from passing:
a changelog without an entry for the version is repaired by having the notes written. Build again after a repair.
When a build has passed, say in one sentence what the release brings.`;

const VERSION = {
  type: "object",
  properties: { version: { type: "string" } },
  required: ["version"],
};

function tool(name, description, run, parameters = { type: "object", properties: {} }) {
  return {
    type: "function",
    function: { name, description, parameters, parse: JSON.parse, function: run },
  };
}

/** Lets the model look, build and repair until a build passes; resolves to what it says, and the notes it ordered. */
export async function planRelease(version, workshop) {
  const openai = new OpenAI();
  let notes = "";
  const runner = openai.chat.completions.runTools({
    model: MODEL,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: "system", content: INSTRUCTIONS },
      { role: "user", content: `Prepare release ${version}.` },
    ],
    tools: [
      tool("list_changes", "What changed since the last release", () => ({ changes: readChanges() })),
      tool("run_build", "Builds and tests the version", (args) => workshop.build(args.version), VERSION),
      tool(
        "write_notes",
        "Has the notes of the version written, and puts them into the changelog",
        async (args) => {
          notes = await writeNotes(args.version, readChanges());
          await workshop.addToChangelog(notes);
          return "The changelog has an entry now.";
        },
        VERSION,
      ),
    ],
  });
  const summary = await runner.finalContent();
  return { summary, notes };
}
