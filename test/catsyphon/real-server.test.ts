import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AuthenticationError, CollectorClient, CredentialStore } from "@kit/catsyphon";
import { CatSyphonSpanExporter, type ReadableSpan } from "@kit/exporter-catsyphon";
import { beforeAll, describe, expect, it } from "vitest";
import { hostileSpans } from "../support/catsyphon/hostile.js";
import {
  agentSpan,
  assistant,
  call,
  chatSpan,
  reasoning,
  response,
  system,
  toolMessage,
  toolSpan,
  user,
} from "../support/catsyphon/spans.js";
import { random, StoryTeller } from "../support/catsyphon/story.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { exportSpans } from "./exporter-harness.js";
import { clientOf, startServer } from "./harness.js";

/** A running CatSyphon server and one of its workspaces. */
const url = process.env.KIT_CATSYPHON_URL ?? "";
const workspaceId = process.env.KIT_CATSYPHON_WORKSPACE_ID ?? "";
/** The folder that holds the Python package `catsyphon_sdk`. */
const pythonSdk = process.env.KIT_CATSYPHON_PYTHON_SDK ?? "";

interface Page {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly timestamp: string;
    readonly model: string | null;
    readonly token_usage: Record<string, number> | null;
    readonly thinking_content: string | null;
    readonly stop_reason: string | null;
  }[];
  readonly [field: string]: unknown;
}

async function readPage(conversationId: string): Promise<Page> {
  const headers = { "X-Workspace-Id": workspaceId };
  const answer = await fetch(`${url}/conversations/${conversationId}`, { headers });
  expect(answer.status).toBe(200);
  const page = (await answer.json()) as Page;
  return { ...page, messages: page.messages.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)) };
}

const register = () =>
  CollectorClient.register({
    serverUrl: url,
    workspaceId,
    storeCredentials: false,
    retryConfig: { initialDelay: 0.01 },
  });

describe.skipIf(url === "")(
  "a running server, which KIT_CATSYPHON_URL and KIT_CATSYPHON_WORKSPACE_ID name",
  () => {
    let client: CollectorClient;
    beforeAll(async () => {
      client = await register();
    });
    const idOf = async (sessionId: string) =>
      (await client.getSessionStatus(sessionId))?.conversationId ?? "";

    it("takes all kinds of events, and shows what was sent", async () => {
      const sessionId = `kit-${randomUUID()}`;
      await client.withSession(sessionId, async (session) => {
        await session.start({
          agentType: "a".repeat(80),
          agentVersion: "1",
          workingDirectory: "/home/ann/shop",
          gitBranch: "main",
          slug: "A title",
          contextSemantics: { source: "test" },
        });
        await session.message({ role: "user", content: "NUL \u0000 and lone \ud800" });
        await session.message({
          role: "assistant",
          content: "reply",
          model: "gpt-4o",
          tokenUsage: { inputTokens: 3.2, outputTokens: 4 },
          thinkingContent: "hm",
          stopReason: "max_tokens",
        });
        const cyclic: Record<string, unknown> = { file_path: "/src/a.py", big: 10n };
        cyclic.self = cyclic;
        const toolUseId = await session.toolCall({ name: "Read", parameters: cyclic });
        await session.toolResult({ toolUseId, result: { ok: true } });
        await session.toolResult({ toolUseId: "other", errorMessage: "no such file" });
        await session.thinking({ content: "thought" });
        await session.error({ errorType: "Timeout", message: "late", details: { after: 3 } });
        await session.complete({ summary: "done", filesTouched: ["/src/b.py"], plans: [{ step: 1 }] });
      });
      const status = await client.getSessionStatus(sessionId);
      expect(status).toMatchObject({ status: "completed", eventCount: 7, lastSequence: 9 });
      const page = await readPage(status?.conversationId ?? "");
      expect(page).toMatchObject({
        success: true,
        slug: "A title",
        git_branch: "main",
        agent_type: "a".repeat(50),
        total_tokens: 7,
      });
      expect(page.messages.map(({ role, content }) => [role, content])).toEqual(
        [
          ["user", "NUL  and lone \ufffd"],
          ["assistant", "reply"],
          [
            "assistant",
            "[Tool Call: Read] {'big': '10', 'self': '[unserializable]', 'file_path': '/src/a.py'}",
          ],
          ["system", '[Tool Result] {"ok":true}'],
          ["system", "[Tool Error] no such file"],
          ["assistant", "thought"],
          ["system", "[Error: Timeout] late"],
        ].map(([role, content]) => [role, expect.stringContaining((content ?? "").slice(0, 18))]),
      );
      expect(page.messages[1]).toMatchObject({
        model: "gpt-4o",
        token_usage: { input_tokens: 3, output_tokens: 4 },
        thinking_content: "hm",
        stop_reason: "max_tokens",
      });
    });

    it("stores nothing twice when the answer is lost and the request repeated", async () => {
      const sessionId = `kit-${randomUUID()}`;
      let lost = 0;
      const losing: typeof fetch = async (input, init) => {
        const answer = await fetch(input, init);
        await answer.text();
        if (lost++ === 0) throw new TypeError("fetch failed");
        return fetch(input, init);
      };
      const { serverUrl, collectorId, apiKey } = client.config;
      const careful = new CollectorClient({
        serverUrl,
        collectorId,
        apiKey,
        fetch: losing,
        retryConfig: { initialDelay: 0.01 },
      });
      const data = { author_role: "human", message_type: "prompt", content: "once" } as const;
      expect((await careful.sendEvents(sessionId, [{ type: "message", data }])).accepted).toBe(0);
      expect((await readPage(await idOf(sessionId))).messages.length).toBe(1);
    });

    it("knows no session it was not told of, and keeps collectors apart", async () => {
      const sessionId = `kit-${randomUUID()}`;
      await client.sendEvents(sessionId, [
        { type: "message", data: { author_role: "human", message_type: "prompt" } },
      ]);
      expect(await client.getSessionStatus(randomUUID())).toBeNull();
      const stranger = await register();
      await expect(stranger.getSessionStatus(sessionId)).rejects.toBeInstanceOf(AuthenticationError);
      await expect(stranger.completeSession(sessionId)).rejects.toBeInstanceOf(AuthenticationError);
    });

    it("shows exported spans as conversations, the same ones when they are exported again", async () => {
      const id = randomUUID();
      const spans = makeStory(id);
      for (let process = 0; process < 2; process++) {
        const exporter = new CatSyphonSpanExporter({ client, workingDirectory: "/home/ann/shop" });
        for (let pass = 0; pass < 2; pass++) await exportSpans(exporter, spans);
        await exporter.shutdown();
      }
      const page = await readPage(await idOf(`shop:${id}`));
      expect(page.messages.map(({ role, content }) => `${role}: ${content.slice(0, 22)}`)).toEqual([
        "system: Be brief.",
        "user: find cats",
        "assistant: [Tool Call: search] {'",
        "assistant: [Tool Call: delegate] ",
        'system: [Tool Result] {"hits":',
        "system: [Tool Result] done",
        "assistant: two cats",
        "user: thanks",
        "system: [Error: 429] slow down",
        "assistant: welcome",
      ]);
      expect(page).toMatchObject({
        status: "completed",
        agent_type: "boss",
        children_count: 1,
        total_tokens: 120,
      });
      expect(page.messages[2]).toMatchObject({ model: "gpt-4o", token_usage: null });
      const [child] = page.children as { id: string }[];
      const childPage = await readPage(child?.id ?? "");
      expect(childPage).toMatchObject({
        conversation_type: "agent",
        status: "completed",
        agent_type: "worker",
      });
      expect(childPage.messages.map(({ content }) => content)).toEqual(["work", "worked"]);
      expect(childPage.messages[1]).toMatchObject({ thinking_content: "hm", model: "gpt-4o" });
    });

    it.each([1, 2, 3, 4, 5])("shows what an application did, once and in order (seed %i)", async (seed) => {
      const source = random(seed);
      const story = new StoryTeller(source, randomUUID()).tell(4);
      for (let process = 0; process < 2; process++) {
        const exporter = new CatSyphonSpanExporter({ client });
        await exportSpans(exporter, source.shuffled(story.spans));
        await exporter.shutdown();
      }
      for (const [sessionId, expected] of story.pages) {
        const { messages } = await readPage(await idOf(sessionId));
        expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual(expected);
      }
    });

    it("refuses nothing, whatever stands on the spans", async () => {
      const answers: number[] = [];
      const watched: typeof fetch = async (input, init) => {
        const answer = await fetch(input, init);
        answers.push(answer.status);
        return answer;
      };
      // Made-up conversations would meet those of other collectors: session ids are unique on the whole server.
      const exporter = new CatSyphonSpanExporter({
        client,
        fetch: watched,
        sessionIdPrefix: `${randomUUID()}:`,
      });
      await exportSpans(exporter, hostileSpans(400, 2));
      await exporter.shutdown();
      // Two sessions that are first in a directory may meet in the server's database; one is answered with 500,
      // and accepted when it is sent again.
      expect(answers.filter((status) => status !== 202 && status !== 500)).toEqual([]);
      expect(exporter.droppedEvents).toBe(0);
    }, 60_000);

    it("answers as our stand-in does", async () => {
      const fake = await startServer();
      const fakeClient = clientOf(fake);
      for (const [name, request] of Object.entries(requests())) {
        const real = await ask(client, request);
        const standIn = await ask(fakeClient, request);
        expect([name, standIn]).toEqual([name, real]);
      }
    });
  },
);

describe.skipIf(pythonSdk === "")("the Python SDK, which KIT_CATSYPHON_PYTHON_SDK names", () => {
  it("shares the credentials file, in both directions", () => {
    const directory = join(temporaryFolder(), ".catsyphon");
    const store = new CredentialStore(directory);
    const ours = {
      serverUrl: "https://Ex.com:443/api",
      workspaceId: "w",
      collectorId: "c1",
      apiKey: "k1",
      apiKeyPrefix: "p1",
    };
    store.store({ ...ours, profile: "prüf" });
    const script = `
import sys, json
sys.path.insert(0, ${JSON.stringify(pythonSdk)})
from pathlib import Path
from catsyphon_sdk.credentials import CredentialStore
store = CredentialStore(Path(${JSON.stringify(directory)}))
before = store._load_credentials()
store._save_credentials(before)
same = (Path(${JSON.stringify(directory)}) / "credentials.json").read_text()
found = store.get("https://Ex.com:443/api", "w", "prüf")
store.store("https://other:8000", "w2", "c2", "k2", "p2")
keys = [CredentialStore._make_profile_key(url, "w", "p") for url in ${JSON.stringify(URLS)}]
print(json.dumps({"found": found.collector_id, "same": same, "keys": keys}))`;
    const before = execFileSync("cat", [join(directory, "credentials.json")], { encoding: "utf8" });
    const printed = execFileSync("python3", ["-c", script], {
      encoding: "utf8",
      env: { ...process.env, PYTHONUTF8: "1" },
    });
    const { found, same, keys } = JSON.parse(printed) as { found: string; same: string; keys: string[] };
    expect(found).toBe("c1");
    expect(same).toBe(before);
    expect(store.get("https://other:8000", "w2")).toMatchObject({ collectorId: "c2", profile: "default" });
    expect(store.listProfiles().map(({ profile }) => profile)).toEqual(["prüf", "default"]);
    for (const [index, serverUrl] of URLS.entries()) {
      store.store({ ...ours, serverUrl, collectorId: `id-${index}`, profile: "p" });
      const stored = JSON.parse(
        execFileSync("cat", [join(directory, "credentials.json")], { encoding: "utf8" }),
      );
      expect(stored[keys[index] ?? ""]?.collector_id, serverUrl).toBe(`id-${index}`);
    }
  });
});

const URLS = [
  "https://Ex.com:443/api",
  "http://user:pw@host/x?y#z",
  "example.com",
  "example.com/api",
  "localhost:8000",
  "127.0.0.1:8000",
  "http://[::1]:8000",
];

function makeStory(id: string): ReadableSpan[] {
  const attributes = { "gen_ai.conversation.id": id };
  const root = agentSpan({ agent: "boss", start: 0, end: 100, attributes });
  const asked = assistant(call("1", "search", { q: "cats" }), call("2", "delegate"));
  const first = [system("Be brief."), user("find cats")];
  const second = [...first, asked, toolMessage(response("1", { hits: 2 }), response("2", "done"))];
  const third = [...second, assistant("two cats"), user("thanks")];
  const usage = { "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20 };
  const tool = toolSpan({ parent: root, tool: "delegate", id: "2", start: 30, end: 50, result: "done" });
  const worker = agentSpan({ agent: "worker", parent: tool, start: 31, end: 49 });
  return [
    chatSpan({ parent: root, start: 1, end: 10, input: first, output: [asked] }),
    toolSpan({
      parent: root,
      tool: "search",
      id: "1",
      start: 11,
      end: 20,
      args: { q: "cats" },
      result: { hits: 2 },
    }),
    chatSpan({
      parent: worker,
      start: 32,
      end: 48,
      input: [user("work")],
      output: [assistant(reasoning("hm"), "worked")],
    }),
    worker,
    tool,
    chatSpan({
      parent: root,
      start: 51,
      end: 60,
      input: second,
      output: [assistant("two cats")],
      attributes: usage,
    }),
    chatSpan({
      parent: root,
      start: 70,
      end: 71,
      input: third,
      error: { type: "429", message: "slow down" },
    }),
    chatSpan({ parent: root, start: 72, end: 80, input: third, output: [assistant("welcome")] }),
    root,
  ];
}

interface RawRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: unknown;
}

/** Requests at the edges of what the server takes; each to a session of its own. */
function requests(): Record<string, RawRequest> {
  const at = { emitted_at: "2026-05-01T08:00:00Z", observed_at: "2026-05-01T08:00:00Z" };
  const event = (type: string, data: unknown, more = {}) => ({ type, ...at, data, ...more });
  const prompt = { author_role: "human", message_type: "prompt", content: "x" };
  const message = event("message", prompt);
  const send = (events: unknown[], more = {}) => ({ body: { session_id: randomUUID(), events, ...more } });
  return {
    "a message": send([message]),
    "50 events": send(Array(50).fill(message)),
    "51 events": send(Array(51).fill(message)),
    "no event": send([]),
    "no session": send([message], { session_id: undefined }),
    "session of 255": send([message], { session_id: randomUUID().padEnd(255, "x") }),
    "session of 256": send([message], { session_id: randomUUID().padEnd(256, "x") }),
    "unknown role": send([event("message", { ...prompt, author_role: "robot" })]),
    "unknown message type": send([event("message", { ...prompt, message_type: "shout" })]),
    "no message type": send([event("message", { author_role: "human" })]),
    NUL: send([event("message", { ...prompt, content: "a\u0000b" })]),
    "mixed zones": send([message, { ...message, emitted_at: "2026-05-01T08:00:01" }]),
    "no time": send([{ type: "message", data: prompt }]),
    "unknown type": send([event("other", {})]),
    metadata: send([event("metadata", {})]),
    "start without agent": send([event("session_start", {})]),
    "start with empty agent": send([event("session_start", { agent_type: "" })]),
    "start with long agent": send([event("session_start", { agent_type: "x".repeat(51) })]),
    "start with text semantics": send([
      event("session_start", { agent_type: "a", context_semantics: "new" }),
    ]),
    "end without outcome": send([event("session_end", {})]),
    "end with any outcome": send([event("session_end", { outcome: "meh" })]),
    "call without id": send([event("tool_call", { tool_name: "t" })]),
    "call with text parameters": send([
      event("tool_call", { tool_name: "t", tool_use_id: "1", parameters: "x" }),
    ]),
    "result with object": send([event("tool_result", { tool_use_id: "1", success: true, result: {} })]),
    "fraction of tokens": send([event("message", { ...prompt, token_usage: { input_tokens: 1.5 } })]),
    "long hash": send([{ ...message, event_hash: "h".repeat(33) }]),
    "empty thinking": send([event("thinking", {})]),
    "empty error": send([event("error", {})]),
    "no authorization": { ...send([message]), headers: { authorization: undefined } },
    "no collector": { ...send([message]), headers: { "x-collector-id": undefined } },
    "collector that is no uuid": { ...send([message]), headers: { "x-collector-id": "x" } },
    "unknown collector": { ...send([message]), headers: { "x-collector-id": randomUUID() } },
    "wrong key": { ...send([message]), headers: { authorization: "Bearer cs_live_x" } },
    "lower-case scheme": { ...send([message]), headers: { authorization: "bearer x" } },
    "no content type": { ...send([message]), headers: { "content-type": "text/plain" } },
    "unknown session": { method: "GET", path: `/collectors/sessions/${randomUUID()}` },
    "session with slash": { method: "GET", path: "/collectors/sessions/a%2Fb" },
    "complete of unknown session": {
      path: `/collectors/sessions/${randomUUID()}/complete`,
      body: { outcome: "success" },
    },
    heartbeat: { path: "/collectors/heartbeat", body: {} },
  };
}

async function ask(
  client: CollectorClient,
  { path = "/collectors/events", method = "POST", headers, body }: RawRequest,
) {
  const { serverUrl, collectorId, apiKey } = client.config;
  const all = {
    authorization: `Bearer ${apiKey}`,
    "x-collector-id": collectorId,
    "content-type": "application/json",
    ...headers,
  };
  const set = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const init = { method, headers: set, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${serverUrl}${path}`, init);
  const text = await answer.text();
  const accepted = answer.status === 202 ? (JSON.parse(text) as { accepted: number }).accepted : undefined;
  return { status: answer.status, accepted };
}
