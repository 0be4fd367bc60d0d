import { randomUUID } from "node:crypto";
import { AiloopClient, type ResponseMessage } from "@kit/ailoop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { FakeAiloop } from "../support/ailoop/src/index.js";
import { startRealServer } from "./real-server.js";

/**
 * One list of facts about the server, held against the fake always and against a real one when the variable
 * AILOOP_BIN names its binary: what the fake claims, the real server must do.
 */
const binary = process.env.AILOOP_BIN;

describe("the fake server", () => {
  holdsFor(async () => {
    const fake = await FakeAiloop.start({ defaultTimeout: 2 });
    return { url: fake.url, stop: () => fake.stop() };
  });
});

describe.skipIf(!binary)("a real server (absent unless AILOOP_BIN names its binary)", () => {
  holdsFor(() => startRealServer(binary ?? ""));
});

function holdsFor(start: () => Promise<{ readonly url: string; stop(): Promise<void> }>): void {
  let server: Awaited<ReturnType<typeof start>>;
  const sockets: WebSocket[] = [];
  const clients: AiloopClient[] = [];

  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.terminate();
    for (const client of clients) await client.close();
    await server.stop();
  });

  function createClient(): AiloopClient {
    const client = new AiloopClient(server.url);
    clients.push(client);
    return client;
  }

  /** A channel of its own for each test: the server outlives it, and its memory too. */
  const newChannel = () => `c${randomUUID().slice(0, 8)}`;

  const message = (content: object, channel = "public") => ({
    id: randomUUID(),
    channel,
    sender_type: "AGENT",
    content,
    timestamp: new Date().toISOString(),
    correlation_id: null,
  });
  const notification = (channel?: string) => message({ type: "notification", text: "x" }, channel);

  async function request(method: string, path: string, body?: unknown, type = "application/json") {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = body === undefined ? {} : { body: text, headers: { "content-type": type } };
    const response = await fetch(server.url + path, { method, ...init });
    const reply = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, isJson, body: isJson ? JSON.parse(reply) : reply };
  }

  async function openSocket(path = "/"): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }> {
    const socket = new WebSocket(server.url.replace("http", "ws") + path);
    sockets.push(socket);
    const frames: Record<string, unknown>[] = [];
    socket.on("message", (data) => frames.push(JSON.parse(data.toString())));
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return { socket, frames };
  }

  /** An answer before the queue has come to its prompt is lost on the queue, which then blocks all others. */
  async function isOpen(id: string): Promise<boolean> {
    const { body } = await request("GET", "/api/v1/pending");
    return body.items.some((item: { message_id: string }) => item.message_id === id);
  }

  const until = (check: () => unknown) => expect.poll(check, { interval: 20 }).toBeTruthy();

  describe("over HTTP", () => {
    it("stores what it is sent, drops what it does not know, and fills in what is missing", async () => {
      const sent = { ...notification(), metadata: { any: [1] }, extra: 1 };
      const { extra: _, ...kept } = sent;
      const posted = await request("POST", "/api/v1/messages", { ...sent, id: sent.id.toUpperCase() });
      expect(posted).toMatchObject({ status: 201, isJson: true });
      expect(posted.body).toMatchObject({
        ...kept,
        content: { type: "notification", text: "x", priority: "low" },
        timestamp: expect.stringMatching(/Z$/),
      });
      expect(posted.body).not.toHaveProperty("extra");
      expect((await request("GET", `/api/v1/messages/${sent.id}`)).body).toEqual(posted.body);
    });

    const shape = (change: object) => ({ ...notification(), ...change });
    it.each([
      ["an unknown content type", shape({ content: { type: "question", text: "?", timeout_seconds: 1 } })],
      ["a missing id", shape({ id: undefined })],
      ["a time without offset", shape({ timestamp: "2026-03-01T09:15:02" })],
      ["half a second", shape({ content: { type: "authorization", action: "x", timeout_seconds: 12.5 } })],
      ["another sender", shape({ sender_type: "SYSTEM" })],
    ])("refuses %s with 422 and plain text", async (_, body) => {
      expect(await request("POST", "/api/v1/messages", body)).toMatchObject({ status: 422, isJson: false });
    });

    it("says which variant it does not know", async () => {
      const refused = await request("POST", "/api/v1/messages", shape({ content: { type: "poll" } }));
      expect(refused.body).toMatch(/content.*unknown variant `poll`/);
    });

    it.each(["", "a b", "-a", "Admin", "a".repeat(65)])(
      "refuses the channel %j with 400 and JSON",
      async (channel) => {
        const refused = await request("POST", "/api/v1/messages", notification(channel));
        expect(refused).toMatchObject({ status: 400, isJson: true, body: { error: expect.any(String) } });
      },
    );

    it("refuses broken JSON, other types and what is too long, in plain text", async () => {
      const path = "/api/v1/messages";
      expect(await request("POST", path, "{")).toMatchObject({ status: 400, isJson: false });
      expect(await request("POST", path, "{}", "text/plain")).toMatchObject({ status: 415, isJson: false });
      const long = JSON.stringify(notification()).replace('"x"', `"${"x".repeat(2 * 1024 * 1024)}"`);
      expect(await request("POST", path, long)).toMatchObject({ status: 413, isJson: false });
    });

    it("tells what it does not have", async () => {
      const id = randomUUID();
      expect(await request("GET", `/api/v1/messages/${id}`)).toMatchObject({
        status: 404,
        body: { error: "Message not found", message_id: id },
      });
      expect(
        await request("POST", `/api/v1/messages/${id}/response`, { response_type: "text" }),
      ).toMatchObject({
        status: 404,
        body: { error: "Original message not found", message_id: id },
      });
      expect(await request("GET", "/api/v1/messages/7")).toMatchObject({ status: 400, isJson: false });
      expect(await request("GET", "/nowhere")).toMatchObject({ status: 404, body: { error: "Not found" } });
      expect(await request("GET", "/")).toMatchObject({ status: 404, body: "" });
      expect(await request("DELETE", "/api/v1/messages")).toMatchObject({ status: 405, body: "" });
      expect(await request("GET", "/api/channels/public/messages?limit=x")).toMatchObject({ status: 400 });
    });

    it("answers any message any number of times, as text was given", async () => {
      const prompt = message({
        type: "decision",
        decision_id: "d",
        summary: "?",
        options: [],
        timeout_seconds: 0,
      });
      await request("POST", "/api/v1/messages", prompt);
      for (const answer of ["2", null]) {
        const answered = await request("POST", `/api/v1/messages/${prompt.id}/response`, {
          answer,
          response_type: "text",
        });
        expect(answered).toMatchObject({
          status: 200,
          body: {
            sender_type: "HUMAN",
            correlation_id: prompt.id,
            content: { type: "response", answer, response_type: "text" },
          },
        });
        expect(answered.body).not.toHaveProperty("metadata");
      }
      const bad = await request("POST", `/api/v1/messages/${prompt.id}/response`, { response_type: "yes" });
      expect(bad).toMatchObject({ status: 422, isJson: false });
    });

    it("keeps the newest thousand of a channel, oldest first", async () => {
      const channel = newChannel();
      for (let batch = 0; batch < 41; batch += 1) {
        const posts = Array.from({ length: 25 }, (_, n) =>
          request(
            "POST",
            "/api/v1/messages",
            message({ type: "notification", text: `${batch * 25 + n}` }, channel),
          ),
        );
        await Promise.all(posts);
      }
      const history = (limit: number) => request("GET", `/api/channels/${channel}/messages?limit=${limit}`);
      expect((await history(5000)).body).toMatchObject({ channel, total_count: 1000 });
      expect((await history(3)).body.messages).toHaveLength(3);
      expect((await history(3)).body.messages[2]).toEqual((await history(1)).body.messages[0]);
      const { body } = await request("GET", "/api/channels");
      const listed = body.channels.find(({ name }: { name: string }) => name === channel);
      expect(listed).toMatchObject({
        message_count: 1000,
        newest_message: expect.stringMatching(/\+00:00$/),
      });
      expect((await request("GET", `/api/channels/${newChannel()}/messages`)).body.messages).toEqual([]);
    });

    it("reports its health and version", async () => {
      expect((await request("GET", "/api/v1/health")).body).toEqual({
        status: "healthy",
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        active_connections: expect.any(Number),
        queue_size: expect.any(Number),
        active_channels: expect.any(Number),
      });
    });
  });

  describe("over the socket", () => {
    it("is found at the root and nowhere else", async () => {
      await openSocket("/");
      await expect(openSocket("/ws")).rejects.toThrow("404");
    });

    it("echoes to its sender, and drops what is no message without a word", async () => {
      const channel = newChannel();
      const { socket, frames } = await openSocket();
      const sent = notification(channel);
      for (const frame of [
        "{",
        JSON.stringify({ type: "subscribe", channel }),
        JSON.stringify({ ...sent, id: 7 }),
      ]) {
        socket.send(frame);
      }
      socket.send(Buffer.from(JSON.stringify(notification(channel))));
      socket.send(JSON.stringify(sent));
      await until(() => frames.length > 0);
      expect(frames.map(({ id }) => id)).toEqual([sent.id]);
      expect(socket.readyState).toBe(WebSocket.OPEN);
    });

    it("lets an agent hear the channels it sent on, and no other", async () => {
      const [mine, other] = [newChannel(), newChannel()];
      const { socket, frames } = await openSocket();
      socket.send(JSON.stringify(notification(mine)));
      await until(() => frames.length === 1);
      await request("POST", "/api/v1/messages", notification(other));
      await request("POST", "/api/v1/messages", notification(mine));
      await until(() => frames.length === 2);
      expect(frames.map(({ channel }) => channel)).toEqual([mine, mine]);
    });

    it.each(["*", null, ["some", "channels"]])(
      "takes %j for hello: five hundred a channel, then everything",
      async (value) => {
        const channel = newChannel();
        for (let n = 0; n < 510; n += 30) {
          const posts = Array.from({ length: 30 }, () =>
            request("POST", "/api/v1/messages", notification(channel)),
          );
          await Promise.all(posts);
        }
        const { socket, frames } = await openSocket();
        const replayed = () => frames.filter((frame) => frame.channel === channel).length;
        socket.send(JSON.stringify({ subscribe: value }));
        await until(() => replayed() === 500);
        const ignored = notification(channel);
        socket.send(JSON.stringify(ignored));
        const live = notification(newChannel());
        await request("POST", "/api/v1/messages", live);
        await until(() => frames.some(({ id }) => id === live.id));
        expect(replayed()).toBe(500);
        expect((await request("GET", `/api/v1/messages/${ignored.id}`)).status).toBe(404);
        socket.close();
      },
    );

    it("queues prompts, answers them twice when answered over HTTP, and stores the first answer only", async () => {
      const channel = newChannel();
      const { socket, frames } = await openSocket();
      const options = [
        { id: "r", label: "Red" },
        { id: "b", label: "Blue" },
      ];
      const prompt = message(
        { type: "decision", decision_id: "d", summary: "?", options, timeout_seconds: 30 },
        channel,
      );
      socket.send(JSON.stringify(prompt));
      await until(() => frames.length === 1);
      const pending = async () =>
        (await request("GET", `/api/v1/pending?channel=${channel}`)).body.total_count;
      await expect.poll(pending).toBe(1);
      await request("POST", `/api/v1/messages/${prompt.id}/response`, {
        answer: "green",
        response_type: "text",
      });
      await expect.poll(pending).toBe(1);
      await request("POST", `/api/v1/messages/${prompt.id}/response`, {
        answer: "blue",
        response_type: "text",
      });
      await until(() => frames.length === 4);
      const [, green, raw, resolved] = frames;
      expect(green).toMatchObject({ content: { answer: "green" } });
      expect(raw).toMatchObject({ content: { answer: "blue" }, correlation_id: prompt.id });
      expect(resolved).toMatchObject({
        content: { answer: "b", response_type: "text" },
        correlation_id: prompt.id,
        metadata: { option_id: "b", label: "Blue", index: 1 },
      });
      expect((await request("GET", `/api/v1/messages/${raw?.id}`)).status).toBe(200);
      expect((await request("GET", `/api/v1/messages/${resolved?.id}`)).status).toBe(404);
    });

    it.each([
      ["decision", { decision_id: "d", summary: "?", options: [], timeout_seconds: 1 }, "timeout"],
      ["authorization", { action: "x", timeout_seconds: 1 }, "authorization_denied"],
      ["authorization", { action: "x", timeout_seconds: 0 }, "authorization_denied"],
    ])("ends a queued %s by its own clock", async (type, fields, responseType) => {
      const { socket, frames } = await openSocket();
      socket.send(JSON.stringify(message({ type, ...fields }, newChannel())));
      await until(() => frames.length === 2);
      expect(frames[1]).toMatchObject({
        sender_type: "HUMAN",
        content: { answer: null, response_type: responseType },
      });
    });
  });

  describe("the client", () => {
    it("asks, waits and gets the answer, over either transport", async () => {
      const [agent, human] = [createClient(), createClient()];
      const channel = newChannel();
      let queued = false;
      human.addMessageHandler(async ({ id, content }) => {
        if (content.type === "response") return;
        if (queued) await expect.poll(() => isOpen(id), { interval: 20 }).toBe(true);
        if (content.type === "decision") await human.respond(id, { answer: "2" });
        if (content.type === "authorization")
          await human.respond(id, { responseType: "authorization_approved" });
        if (content.type === "navigate") await human.respond(id, { responseType: "authorization_denied" });
      });
      await human.connectWebsocket();
      await human.subscribeToChannel(channel);
      for (const transport of ["http", "websocket"] as const) {
        const options = { channel, transport, wait: true } as const;
        queued = transport === "websocket";
        const colour: ResponseMessage = await agent.ask("Best colour?", {
          choices: ["Red", "Blue"],
          ...options,
        });
        expect(colour.selection).toEqual({ optionId: "Blue", label: "Blue", index: 1 });
        const approval = await agent.authorize("ship", options);
        expect(approval.content.responseType).toBe("authorization_approved");
      }
      queued = false;
      const opened = await agent.navigate("https://x.example", { channel, wait: true });
      expect(opened.content.responseType).toBe("authorization_denied");
    });

    it("resolves with the server's verdict when nobody answers a queued prompt", async () => {
      const prompt = { channel: newChannel(), transport: "websocket", timeout: 1, wait: true } as const;
      const decision = await createClient().ask("?", { choices: ["a", "b"], ...prompt });
      expect(decision.content.responseType).toBe("timeout");
    });

    it("closes what it asked when told to, also in the queue", async () => {
      const client = createClient();
      const channel = newChannel();
      const abort = new AbortController();
      const sent = await client.authorize("ship", { channel, transport: "websocket", timeout: 60 });
      const pending = async () =>
        (await request("GET", `/api/v1/pending?channel=${channel}`)).body.total_count;
      await expect.poll(pending).toBe(1);
      const waiting = sent.response({ signal: abort.signal, closeOnAbort: true });
      abort.abort(new Error("never mind"));
      await expect(waiting).rejects.toThrow("never mind");
      await expect.poll(pending).toBe(0);
    });

    it("checks the version, reads messages, and finds an answer given before it came", async () => {
      const client = createClient();
      expect(await client.checkVersionCompatibility()).toMatchObject({ compatible: true, warnings: [] });
      const sent = await client.ask("Name?", { channel: newChannel(), metadata: { keep: { this: 1 } } });
      expect(await client.getMessage(sent.id)).toEqual({ ...sent });
      await createClient().respond(sent.id, { answer: "Ada", via: "message" });
      expect((await createClient().waitForResponse(sent.id)).content.answer).toBe("Ada");
    });
  });
}
