import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, HOSTILE } from "../../../test/support/bad-input.js";
import { BatchWriter, CatSyphonError, CollectorClient, CredentialStore, RetryConfig } from "./index.js";

const good = { serverUrl: "http://127.0.0.1:1", collectorId: "collector", apiKey: "cs_live_x" };
const accepted = { accepted: 1, last_sequence: 1, conversation_id: "c", warnings: [], status: "active" };
const client = new CollectorClient({
  ...good,
  fetch: async () => Response.json({ ...accepted, session_id: "s", event_count: 1 }),
});

/** What the language itself says of a value that is not what was taken for granted. */
const FROM_INSIDE =
  /is not a function|not iterable|Cannot (read|destructure|convert|mix)|The "\w+" argument|is not an object/;

describe("what cannot be right", () => {
  it("is told in words of the client, wherever it stands", async () => {
    const session = client.session("told");
    await session.start({ agentType: "test" });
    const writer = client.batchWriter("written", { autoStart: false });
    const targets = { client, session, writer, store: new CredentialStore("/nonexistent") };
    const strange: string[] = [];
    for (const [what, target] of Object.entries(targets)) {
      const methods = target as unknown as Record<string, (...args: unknown[]) => unknown>;
      const names = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter(
        (name) =>
          ![
            "constructor",
            "close",
            "complete",
            "config",
            "clearAll",
            "store",
            "sendEncoded",
            "toEncodedRequests",
          ].includes(name),
      );
      for (const name of names.filter((each) => typeof methods[each] === "function")) {
        for (const before of [[], ["s"], ["s", []], ["s", "w"]]) {
          for (const value of HOSTILE) {
            const error = await failureOf(() => methods[name]!(...before, value));
            if (error === undefined || error instanceof CatSyphonError || error instanceof RangeError)
              continue;
            if (error instanceof TypeError && !FROM_INSIDE.test(error.message)) continue;
            if ((error as { code?: string }).code !== undefined) continue;
            strange.push(`${what}.${name}(${[...before, value].map(String).join(", ")}): ${error}`);
          }
        }
      }
    }
    expect(strange).toEqual([]);
  });

  const session = client.session("checked");
  it.each<[string, () => unknown, string]>([
    ["no client options", () => new CollectorClient(undefined as never), "options must be an object"],
    ["no URL", () => new CollectorClient({ ...good, serverUrl: undefined as never }), "serverUrl must be"],
    [
      "no id",
      () => new CollectorClient({ ...good, collectorId: "" }),
      "collectorId must be a non-empty string",
    ],
    [
      "no key",
      () => new CollectorClient({ ...good, apiKey: 5 as never }),
      "apiKey must be a non-empty string",
    ],
    [
      "a batch of 0",
      () => new CollectorClient({ ...good, batchSize: 0 }),
      "batchSize must be a number, at least 1",
    ],
    ["fetch", () => new CollectorClient({ ...good, fetch: "x" as never }), "fetch must be a function"],
    ["retries", () => new RetryConfig({ maxRetries: Number.NaN }), "retryConfig.maxRetries must be"],
    ["no workspace", () => CollectorClient.register({ ...good, workspaceId: "" }), "workspaceId must be"],
    ["no server", () => CollectorClient.fromStored({ workspaceId: "w" } as never), "serverUrl must be"],
    ["no options at all", () => CollectorClient.fromStored(undefined as never), "options must be an object"],
    ["a session without id", () => client.session(undefined as never), "a session id must be a string"],
    ["work", () => client.withSession("s", undefined as never), "withSession takes a function as its second"],
    ["events", () => client.sendEvents("s", {} as never), "events must be a list"],
    ["an event", () => client.sendEvents("s", [null as never]), "an event must be an object"],
    ["a type", () => client.sendEvents("s", [{ data: {} } as never]), "the type of an event must be"],
    ["no agent", () => session.start({} as never), "agentType must be a non-empty string"],
    ["no message", () => session.message(undefined as never), "options must be an object"],
    ["no role", () => session.message({ content: "hi" } as never), "role must be one of user, human"],
    ["content", () => session.message({ role: "user", content: 5 as never }), "content must be a string"],
    ["time", () => session.message({ role: "user", content: "", emittedAt: 5 as never }), "a time must be"],
    ["a tool", () => session.toolCall({} as never), "name must be a non-empty string"],
    ["a result", () => session.toolResult({ result: "x" } as never), "toolUseId must be a non-empty string"],
    ["an error", () => session.error({ message: "x" } as never), "errorType must be a non-empty string"],
    ["a summary", () => session.complete({ summary: 5 as never }), "summary must be a string"],
    ["a signal", () => session.flush({ signal: 5 as never }), "signal must be an AbortSignal"],
    ["a writer's client", () => new BatchWriter({} as never, "s"), "takes a CollectorClient as its first"],
    [
      "an interval",
      () => client.batchWriter("s", { flushInterval: 0 }),
      "flushInterval must be a number above",
    ],
    ["a directory", () => new CredentialStore(null as never), "configDir must be a non-empty string"],
    ["a place", () => new CredentialStore("/nonexistent").get("http://x", ""), "workspaceId must be"],
  ])("is named: %s", async (_what, call, message) => {
    const error = await failureOf(call);
    expect(error).toSatisfy((e) => e instanceof TypeError || e instanceof RangeError);
    expect((error as Error).message).toContain(message);
  });
});

describe("a wait", () => {
  let server: Server;
  let serverUrl: string;
  beforeAll(async () => {
    server = createServer(() => {}); // Never answers.
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    serverUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.closeAllConnections() ?? server.close());

  it("ends with the reason of a signal, whatever is waited for, and keeps what was not accepted", async () => {
    const silent = new CollectorClient({ ...good, serverUrl });
    const session = silent.session("s", { autoFlush: false });
    await session.start({ agentType: "test" });
    const writer = silent.batchWriter("w", { autoStart: false });
    await writer.addRaw({ eventType: "message", data: { author_role: "human", content: "hi" } });
    const reason = new Error("no longer wanted");
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [
      CollectorClient.register({ serverUrl, workspaceId: "w", storeCredentials: false, signal }),
      silent.getSessionStatus("s", { signal }),
      silent.completeSession("s", { signal }),
      session.flush({ signal }),
      session.flush({ signal }),
      session.resume({ signal }),
      session.complete({ signal }),
      writer.flush({ signal }),
    ].map((wait) => expect(wait).rejects.toBe(reason));
    setTimeout(() => controller.abort(reason), 20);
    await Promise.all(waits);
    expect(writer.pendingCount).toBe(1);
    await expect(session.flush({ signal })).rejects.toBe(reason);
  });

  it("without end is one, and not over at once", async () => {
    const silent = new CollectorClient({ ...good, serverUrl, timeout: Number.POSITIVE_INFINITY });
    const controller = new AbortController();
    const waiting = silent.getSessionStatus("s", { signal: controller.signal });
    const first = await Promise.race([
      waiting.catch((error: unknown) => error),
      new Promise((resolve) => setTimeout(resolve, 50, "still waiting")),
    ]);
    expect(first).toBe("still waiting");
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
