import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CredentialStore } from "@kit/catsyphon";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeCatSyphon } from "../support/catsyphon/server.js";
import { runExample } from "../support/example.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { startServer } from "./harness.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "src/catsyphon/README.md"), "utf8");

let server: FakeCatSyphon;
let home: string;
beforeEach(async () => {
  server = await startServer();
  home = temporaryFolder();
});

/** Runs the example under a heading as a program of its own, with this server in place of the one it names. */
async function runUnder(heading: string): Promise<string> {
  const [, code = ""] = new RegExp(`## ${heading}\n\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  return runProgram(heading, code);
}

async function runProgram(name: string, code: string): Promise<string> {
  const program = code
    .replaceAll("https://catsyphon.example.com", server.url)
    .replaceAll("your-workspace-uuid", server.workspaceId);
  const { stdout } = await runExample(`catsyphon-${name}`, program, {
    HOME: home,
    USERPROFILE: home,
    CATSYPHON_URL: server.url,
    CATSYPHON_WORKSPACE_ID: server.workspaceId,
  });
  return stdout;
}

function storeCredential() {
  const store = new CredentialStore(join(home, ".catsyphon"));
  const { collectorId, apiKey } = server.addCollector();
  const prefix = { apiKeyPrefix: apiKey.slice(0, 12) };
  store.store({ serverUrl: server.url, workspaceId: server.workspaceId, collectorId, apiKey, ...prefix });
  return { store, ...prefix };
}

describe("the examples of the README run", () => {
  it("tells a first session", async () => {
    storeCredential();
    await runUnder("Example");
    expect(server.messages("first-session").map(({ content }) => content)).toEqual(["Hello"]);
  });

  it("registers", async () => {
    await runUnder("Register a collector, once");
    expect(new CredentialStore(join(home, ".catsyphon")).listProfiles().length).toBe(1);
    expect([...server.collectors.values()][0]?.body.collector_type).toBe("my-agent");
  });

  it("uses stored and given credentials", async () => {
    storeCredential();
    expect(await runUnder("Use it")).toBe("true\n");
  });

  it("records a session", async () => {
    storeCredential();
    await runUnder("Record a session");
    const { metadata, success, summary } = server.conversation("unique-session-id");
    expect({ agent: metadata.agent_type, success, summary }).toEqual({
      agent: "my-agent",
      success: true,
      summary: "Fixed login validation",
    });
    expect(server.messages("unique-session-id").map(({ content }) => content)).toEqual([
      "Fix the login bug",
      "I'll investigate the auth module...",
      '[Tool Call: Read] {"file_path":"/src/auth.py"}',
      "[Tool Result] def login(user, password):...",
    ]);
  });

  it("writes in batches", async () => {
    storeCredential();
    await runUnder("Write in batches");
    expect(server.messages("session-123").map(({ role, content }) => [role, content])).toEqual([
      ["user", "Hello"],
    ]);
  });

  it("configures retries", async () => {
    storeCredential();
    expect(await runUnder("Retries")).toBe("5\n");
  });

  it("lists and deletes credentials", async () => {
    const { store, apiKeyPrefix } = storeCredential();
    expect(await runUnder("Credentials")).toBe(`default: ${apiKeyPrefix}...\n`);
    expect(store.listProfiles()).toEqual([]);
  });
});

describe("the README of the exporter", () => {
  const text = readFileSync(join(root, "exporters/catsyphon/README.md"), "utf8");

  it("has examples that run", async () => {
    storeCredential();
    const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
    const call = `provider.getTracer("t").startSpan("chat", { attributes: { "gen_ai.operation.name": "chat" } }).end();\n`;
    await runProgram("exporter", examples[0]?.replace("// ... instrumentations", `${call}//`) ?? "");
    expect(server.conversations.all().length).toBe(1);
    expect(await runProgram("factory", examples[1] ?? "")).toBe("1\n");
  });

  it("has an example that loses nothing when the application just ends", async () => {
    storeCredential();
    const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
    const call = `provider.getTracer("t").startSpan("chat", { attributes: { "gen_ai.operation.name": "chat" } }).end();`;
    await runProgram("ending", example.replace("await provider.shutdown();", call));
    const [conversation] = server.conversations.all();
    expect(conversation?.messages.map(({ content }) => content)).toEqual(["[content not captured]"]);
  });

  it("names every option", () => {
    const source = readFileSync(join(root, "exporters/catsyphon/src/options.ts"), "utf8");
    const [, options = ""] =
      /export interface CatSyphonExporterOptions[^{]*\{([\s\S]*?)\n\}/.exec(source) ?? [];
    const names = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

it("names every option of the client and every variable", () => {
  const source = (file: string) => readFileSync(join(root, "src/catsyphon/src", file), "utf8");
  const [, options = ""] =
    /export interface ClientOptions[^{]*\{([\s\S]*?)\n\}/.exec(source("client.ts")) ?? [];
  const names = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => `\`${name}\``);
  const variables = [...source("environment.ts").matchAll(/CATSYPHON_\w+/g)].map(([name]) => name);
  expect(Math.min(names.length, variables.length)).toBeGreaterThan(4);
  expect([...names, ...variables].filter((name) => !readme.includes(name))).toEqual([]);
});
