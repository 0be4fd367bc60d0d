import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { json, ProviderServer } from "../support/provider-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { sessions } from "./exporter-harness.js";
import { startServer } from "./harness.js";

const folder = fileURLToPath(new URL("../../examples/catsyphon/", import.meta.url));
const usage = { prompt_tokens: 30, completion_tokens: 5, total_tokens: 35 };

function completion(id: string, message: object, finish_reason: string) {
  const choices = [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason }];
  return json({ id, object: "chat.completion", created: 1, model: "gpt-4o-mini-2024-07-18", choices, usage });
}

it("tells the example's conversation as a reader expects it", async () => {
  const server = await startServer();
  const provider = await ProviderServer.start();
  const call = {
    id: "call_1",
    type: "function",
    function: { name: "find_order", arguments: '{"number":"4711"}' },
  };
  const baseUrl = provider.serve("/v1", [
    completion("r1", { tool_calls: [call] }, "tool_calls"),
    completion("r2", { content: "It arrives tomorrow." }, "stop"),
    completion("r3", { content: "You are welcome." }, "stop"),
  ]);
  const home = temporaryFolder();
  const env = {
    ...process.env,
    HOME: home,
    USERPROFILE: home,
    CATSYPHON_URL: server.url,
    CATSYPHON_WORKSPACE_ID: server.workspaceId,
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: baseUrl,
  };
  const run = (file: string) => promisify(execFile)(process.execPath, [`${folder}${file}`], { env });
  expect((await run("register.mjs")).stdout).toMatch(/^registered collector /);
  expect((await run("agent.mjs")).stdout).toContain("> Thank you!\nYou are welcome.\n");
  await provider.close();
  const [sessionId = ""] = sessions(server);
  expect(server.conversation(sessionId)).toMatchObject({
    status: "completed",
    metadata: { agent_type: "support" },
  });
  expect(
    server
      .messages(sessionId)
      .map(({ role, content, model, tokenUsage }) => [role, content, model, tokenUsage?.output_tokens]),
  ).toEqual([
    ["system", "You help customers of a shop. Be brief.", undefined, undefined],
    ["user", "Where is my order 4711?", undefined, undefined],
    ["assistant", '[Tool Call: find_order] {"number":"4711"}', "gpt-4o-mini-2024-07-18", 5],
    [
      "system",
      '[Tool Result] {"number":"4711","state":"on its way","arrives":"tomorrow"}',
      undefined,
      undefined,
    ],
    ["assistant", "It arrives tomorrow.", "gpt-4o-mini-2024-07-18", 5],
    ["user", "Thank you!", undefined, undefined],
    ["assistant", "You are welcome.", "gpt-4o-mini-2024-07-18", 5],
  ]);
});
