import { describe, expect, it } from "vitest";
import {
  asked,
  createClient,
  holdRequests,
  posted,
  settle,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { type AiloopClient, createMessage, ValidationError } from "../index.js";

const choices = ["Red", "Blue"];

describe("ask", () => {
  it("posts choices as a decision whose ids and labels are the choices, and resolves to the sent message", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices: [" Red ", "Blue"], timeout: 29.5 });
    expect(posted(fake)).toEqual([
      {
        id: sent.id,
        channel: "public",
        sender_type: "AGENT",
        content: {
          type: "decision",
          decision_id: sent.id,
          summary: "Best colour?",
          options: [
            { id: "Red", label: "Red" },
            { id: "Blue", label: "Blue" },
          ],
          timeout_seconds: 30,
        },
        timestamp: sent.timestamp,
        correlation_id: null,
      },
    ]);
    expect(sent).toEqual({ ...sent });
    expect(Object.keys(sent)).not.toContain("response");
    expect(JSON.parse(JSON.stringify(sent))).toEqual({ ...sent });
  });

  it("posts free text without options and gives the person a minute", async () => {
    const { fake, client } = await startPair();
    for (const none of [undefined, []]) await client.ask("Name?", { choices: none });
    for (const { content } of posted(fake)) {
      expect(content).toMatchObject({ type: "decision", options: [], timeout_seconds: 60 });
    }
  });

  it("sends everything a decision can hold", async () => {
    const { fake, client } = await startPair();
    await client.ask("Which?", {
      choices,
      decisionId: "colour",
      contextMarkdown: "# why",
      recommendation: { optionId: "Red", rationaleMarkdown: "warm" },
      metadata: { run: 7 },
      timeout: 0,
    });
    expect(posted(fake)[0]).toMatchObject({
      content: {
        decision_id: "colour",
        context_markdown: "# why",
        recommendation: { option_id: "Red", rationale_markdown: "warm" },
        timeout_seconds: 0,
      },
      metadata: { run: 7 },
    });
  });

  it("offers the stand-ins for free text when the client has them", async () => {
    const fake = await startFake();
    const client = createClient(fake, { freeTextOptions: ["yes", { id: "n", label: "no" }] });
    await client.ask("Go on?");
    expect(posted(fake)[0]?.content.options).toEqual([
      { id: "yes", label: "yes" },
      { id: "n", label: "no" },
    ]);
  });

  it.each([
    ["question", "", {}],
    ["choices", "?", { choices: ["one"] }],
    ["choices[1]", "?", { choices: ["a", " "] }],
    ["choices", "?", { choices: ["a", " a "] }],
    ["choices", "?", { choices: "ab" as never }],
    ["timeout", "?", { timeout: -1 }],
    ["channel", "?", { channel: "system" }],
    ["transport", "?", { transport: "smoke" as never }],
    ["recommendation.optionId", "?", { choices, recommendation: { optionId: "Green" } }],
    ["choices", "?", { transport: "websocket" as const }],
  ])("refuses a bad %s before anything is posted", async (field, question, options) => {
    const { fake, client } = await startPair();
    await expect(client.ask(question, options)).rejects.toMatchObject({ name: "ValidationError", field });
    expect(posted(fake)).toEqual([]);
  });

  it("refuses a message that is too large for HTTP, without sending it", async () => {
    const { fake, client } = await startPair();
    await expect(client.ask("x".repeat(2 * 1024 * 1024))).rejects.toBeInstanceOf(ValidationError);
    expect(posted(fake)).toEqual([]);
  });
});

describe("ask on servers that want questions", () => {
  it.each(["0.1.1", "0.1.42"])("posts a question to %s", async (version) => {
    const fake = await startFake({ version, mode: "question" });
    const client = createClient(fake);
    await client.ask("Best colour?", { choices });
    await client.ask("Name?");
    expect(posted(fake).map(({ content }) => content)).toEqual([
      { type: "question", text: "Best colour?", timeout_seconds: 60, choices },
      { type: "question", text: "Name?", timeout_seconds: 60 },
    ]);
    expect(fake.requests.filter(({ path }) => path === "/api/v1/health")).toHaveLength(1);
  });

  it.each([422, 500, 400])(
    "falls back once from a decision that 1.0.0 refuses with %i, and remembers",
    async (shapeStatus) => {
      const fake = await startFake({ version: "1.0.0", mode: "question", shapeStatus });
      const client = createClient(fake);
      const first = await client.ask("Best colour?", { choices });
      await client.ask("Again?", { choices });
      expect(posted(fake).map(({ content }) => content.type)).toEqual(["decision", "question", "question"]);
      setImmediate(() => fake.answer(first.id, "Blue"));
      expect((await first.response()).selection).toEqual({ optionId: "Blue", label: "Blue", index: 1 });
    },
  );

  it("falls back from an opaque 500 only when the server reports 1.0.0", async () => {
    for (const [version, posts] of [
      ["1.0.0", 2],
      ["1.0.1", 1],
    ] as const) {
      const fake = await startFake({ version });
      fake.override = (method) => (method === "POST" ? { status: 500, body: "oops" } : undefined);
      await expect(createClient(fake).ask("?")).rejects.toMatchObject({
        code: "CONNECTION_ERROR",
        status: 500,
      });
      expect(posted(fake)).toHaveLength(posts);
    }
  });

  it("does not fall back when the dialect is fixed", async () => {
    const fake = await startFake({ mode: "question" });
    await expect(createClient(fake, { dialect: "decision" }).ask("?")).rejects.toMatchObject({ status: 422 });
    expect(posted(fake)).toHaveLength(1);
    await createClient(fake, { dialect: "question" }).ask("?");
    expect(fake.requests.some(({ path }) => path === "/api/v1/health")).toBe(false);
  });

  it("reads the health once for questions that are asked together", async () => {
    const { fake, client } = await startPair();
    await Promise.all(["a?", "b?", "c?"].map((question) => client.ask(question)));
    expect(fake.requests.filter(({ path }) => path === "/api/v1/health")).toHaveLength(1);
  });

  it("reads the health again when the first reading failed or was given up", async () => {
    const { fake, client } = await startPair();
    const release = holdRequests(fake, "/api/v1/health");
    const abort = new AbortController();
    const given = client.ask("a?", { signal: abort.signal });
    const second = client.ask("b?");
    await asked(fake, "/api/v1/health");
    abort.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    release();
    await second;
    expect(posted(fake).map(({ content }) => content.summary)).toEqual(["b?"]);
  });

  it("posts a decision to a server whose health is no help", async () => {
    const fake = await startFake();
    fake.override = (_, path) => (path === "/api/v1/health" ? { status: 404 } : undefined);
    await createClient(fake).ask("?");
    expect(posted(fake)[0]?.content.type).toBe("decision");
  });
});

describe("both readings of the quick start", () => {
  const calls: [string, (client: AiloopClient, options: { wait?: boolean }) => Promise<{ id: string }>][] = [
    ["ask", (client, options) => client.ask("Best colour?", { choices, ...options })],
    ["authorize", (client, options) => client.authorize("Deploy to production", options)],
    ["navigate", (client, options) => client.navigate("https://x.example", options)],
  ];

  it.each(calls)("%s resolves to the answer with wait: true", async (_, call) => {
    const { fake, client } = await startPair();
    fake.beforeReply = (message) => void setTimeout(() => fake.answer(message.id, "Blue"), 5);
    const answer = await call(client, { wait: true });
    expect(answer).toMatchObject({ correlationId: posted(fake)[0]?.id, content: { answer: "Blue" } });
  });

  it.each(calls)(
    "%s resolves to the answer when the client waits by default, unless told not to",
    async (_, call) => {
      const fake = await startFake();
      const client = createClient(fake, { waitForResponses: true }) as unknown as AiloopClient;
      fake.beforeReply = (message) => void setTimeout(() => fake.answer(message.id, "Blue"), 5);
      expect(await call(client, {})).toMatchObject({ content: { type: "response" } });
      expect(await call(client, { wait: false })).not.toMatchObject({ content: { type: "response" } });
    },
  );

  it("runs the quick start as written", async () => {
    const fake = await startFake();
    fake.beforeReply = ({ id, content }) => {
      if (content.type === "notification") return;
      setTimeout(() => fake.answer(id, null, "authorization_approved"), 5);
    };
    const client = createClient(fake, { waitForResponses: true });
    await client.ask("What is the best color?", { choices: ["Red", "Blue", "Green"], timeout: 30 });
    await client.say("Task completed successfully!", { priority: "high" });
    const auth = await client.authorize("Deploy to production", { timeout: 300 });
    expect(auth.content.responseType === "authorization_approved").toBe(true);
  });

  it("keeps an answer that overtakes the reply to its own prompt", async () => {
    const fake = await startFake();
    const client = createClient(fake);
    await client.connectWebsocket();
    fake.beforeReply = async ({ id }) => {
      fake.answer(id, "Red");
      await settle();
    };
    const sent = await client.ask("Best colour?", { choices });
    expect((await sent.response()).content.answer).toBe("Red");
  });

  it("gives the same answer to everyone who asks, however late", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    const first = sent.response();
    fake.answer(sent.id, "2");
    const answer = await first;
    expect(answer.selection).toEqual({ optionId: "Blue", label: "Blue", index: 1 });
    expect(await sent.response()).toEqual(answer);
    expect(await client.waitForResponse(sent.id)).toEqual(answer);
    expect(await client.waitForResponse(sent)).toEqual(answer);
  });
});

describe("authorize and navigate", () => {
  it("sends the context as it is and gives five minutes", async () => {
    const { fake, client } = await startPair();
    await client.authorize("ship", { context: { buildNumber: 812, deploy_env: "prod" } });
    expect(posted(fake)[0]?.content).toEqual({
      type: "authorization",
      action: "ship",
      context: { buildNumber: 812, deploy_env: "prod" },
      timeout_seconds: 300,
    });
  });

  it("sends the URL, and refuses what a desktop should not open", async () => {
    const { fake, client } = await startPair();
    await client.navigate("https://x.example/a?b=c");
    expect(posted(fake)[0]?.content).toEqual({ type: "navigate", url: "https://x.example/a?b=c" });
    for (const url of ["file:///etc/passwd", "javascript:alert(1)", "x.example", "", "http:/x"]) {
      await expect(client.navigate(url)).rejects.toMatchObject({ name: "ValidationError", field: "url" });
    }
    expect(posted(fake)).toHaveLength(1);
  });

  it.each([
    ["authorization_approved", "approved"],
    ["authorization_denied", "denied"],
    ["timeout", "timeout"],
    ["cancelled", "cancelled"],
    ["text", "text"],
  ])("resolves with %s: whatever the person says is an answer", async (responseType) => {
    const { fake, client } = await startPair();
    const sent = await client.authorize("ship");
    setImmediate(() => fake.answer(sent.id, null, responseType));
    expect((await sent.response()).content).toEqual({ type: "response", answer: null, responseType });
  });
});

describe("say", () => {
  it.each([undefined, "low", "normal", "high", "urgent"] as const)(
    "always sends its priority: %s",
    async (priority) => {
      const { fake, client } = await startPair();
      const message = await client.say("done", { priority, channel: "release-ops" });
      expect(posted(fake)[0]?.content).toEqual({
        type: "notification",
        text: "done",
        priority: priority ?? "normal",
      });
      expect(message.channel).toBe("release-ops");
    },
  );

  it("refuses another priority", async () => {
    const { client } = await startPair();
    const said = client.say("done", { priority: "loud" as never });
    await expect(said).rejects.toMatchObject({ name: "ValidationError", field: "priority" });
  });
});

describe("channels", () => {
  it("uses the client's channel unless the call names one", async () => {
    const fake = await startFake();
    const client = createClient(fake, { channel: "Team_1" });
    await client.ask("?");
    await client.authorize("x", { channel: "ops" });
    expect(posted(fake).map(({ channel }) => channel)).toEqual(["Team_1", "ops"]);
  });

  it.each(["", "a b", "-a", "_a", "ä", "a".repeat(65), "SYSTEM", "ailoop", "a/b"])(
    "refuses %j itself",
    async (channel) => {
      const { fake, client } = await startPair();
      for (const call of [
        () => client.ask("?", { channel }),
        () => client.say("x", { channel }),
        () => client.navigate("http://x", { channel }),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: "ValidationError", field: "channel" });
      }
      expect(fake.requests).toEqual([]);
    },
  );

  it("are subscribed before a prompt goes out, when the socket is up", async () => {
    const { fake, client } = await startPair();
    const heard: string[] = [];
    client.addMessageHandler((message) => void heard.push(message.content.type));
    await client.connectWebsocket();
    const sent = await client.ask("?", { channel: "ops" });
    fake.answer(sent.id, "yes");
    await until(() => heard.length === 2);
    expect(heard).toEqual(["decision", "response"]);
  });

  it("that are slow to subscribe do not keep an abort waiting", async () => {
    const { fake, client } = await startPair({ timeout: 0 });
    await client.connectWebsocket();
    holdRequests(fake, "/api/channels/ops");
    const abort = new AbortController();
    const reason = new Error("enough");
    const refused = expect(client.ask("?", { channel: "ops", signal: abort.signal })).rejects.toBe(reason);
    await asked(fake, "/api/channels/ops");
    abort.abort(reason);
    await refused;
    expect(posted(fake)).toEqual([]);
  });

  it("are left alone when autoSubscribe is off", async () => {
    const fake = await startFake();
    const client = createClient(fake, { autoSubscribe: false });
    await client.connectWebsocket();
    await client.ask("?");
    expect(fake.requests.filter(({ path }) => path.startsWith("/api/channels"))).toEqual([]);
  });
});

describe("sendMessage", () => {
  it("sends a message built by hand; a prompt among them can be waited for", async () => {
    const { fake, client } = await startPair();
    const sent = await client.sendMessage({
      id: "7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11",
      channel: "custom",
      senderType: "AGENT",
      content: { type: "authorization", action: "ship", timeoutSeconds: 0 },
      timestamp: "2026-03-01T10:15:02+01:00",
      correlationId: null,
    });
    expect(sent.timestamp).toBe("2026-03-01T09:15:02.000Z");
    setImmediate(() => fake.answer(sent.id, null, "authorization_approved"));
    expect((await client.waitForResponse(sent)).content.responseType).toBe("authorization_approved");
  });

  it("refuses what is no message", async () => {
    const { client } = await startPair();
    for (const [field, message] of [
      ["message", undefined],
      ["content", { channel: "public" }],
      ["channel", { content: { type: "navigate", url: "http://x" } }],
      ["content.type", { ...createMessage({ content: { type: "navigate", url: "http://x" } }), content: {} }],
    ] as const) {
      await expect(client.sendMessage(message as never)).rejects.toMatchObject({
        name: "ValidationError",
        field,
      });
    }
  });

  it("tells which content the server refuses", async () => {
    const { client } = await startPair();
    const question = { type: "question", text: "x", timeoutSeconds: 1 } as const;
    const refused = client.sendMessage(createMessage({ content: question }));
    await expect(refused).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("unknown variant"),
    });
  });
});
