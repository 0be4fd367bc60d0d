import { statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  AsyncCollectorClient,
  AuthenticationError,
  CatSyphonError,
  CollectorClient,
  CredentialStore,
  type Event,
  NonRetryableError,
  RetryableError,
  VERSION,
} from "@kit/catsyphon";
import { diag } from "@opentelemetry/api";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";
import { clientOf, impatient, startServer } from "./harness.js";

const message = (content: string, extra: Partial<Event> = {}): Event => ({
  type: "message",
  data: { author_role: "human", message_type: "prompt", content },
  ...extra,
});

describe("register", () => {
  it("tells type, version, host and workspace, stores the credential and returns a client that works", async () => {
    const server = await startServer();
    const configDir = temporaryFolder();
    const { url: serverUrl, workspaceId } = server;
    const client = await CollectorClient.register({
      serverUrl,
      workspaceId,
      configDir,
      metadata: { os: "linux" },
    });
    expect([...server.collectors.values()][0]?.body).toEqual({
      collector_type: "sdk",
      collector_version: VERSION,
      hostname: hostname(),
      workspace_id: workspaceId,
      metadata: { os: "linux" },
    });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    expect((await client.sendEvents("s", [message("hi")])).accepted).toBe(1);
    const stored = new CredentialStore(configDir).get(serverUrl, workspaceId);
    expect(stored).toMatchObject({ collectorId: client.config.collectorId, apiKey: client.config.apiKey });
  });

  it("leaves the store alone when told so", async () => {
    const { url: serverUrl, workspaceId } = await startServer();
    const configDir = temporaryFolder();
    await CollectorClient.register({ serverUrl, workspaceId, configDir, storeCredentials: false });
    expect(new CredentialStore(configDir).listProfiles()).toEqual([]);
  });

  it("raises NonRetryableError with the status when the server refuses", async () => {
    const { url: serverUrl } = await startServer();
    const unknown = {
      serverUrl,
      workspaceId: "0b7b2f0e-5d3a-4c58-9a59-6d8f1b1f2a11",
      storeCredentials: false,
    };
    await expect(CollectorClient.register(unknown)).rejects.toMatchObject({
      name: "NonRetryableError",
      statusCode: 404,
      detail: "Workspace not found",
    });
    await expect(CollectorClient.register({ ...unknown, workspaceId: "no uuid" })).rejects.toThrow(
      /^HTTP 422: /,
    );
  });

  it.each(["{}", "[]", '{"collector_id":"c"}', '{"collector_id":7,"api_key":null}'])(
    "makes no client of an answer without a credential: %s",
    async (answer) => {
      const configDir = temporaryFolder();
      const fetch = async () => new Response(answer, { status: 201 });
      const request = { serverUrl: "http://h", workspaceId: "w", configDir, fetch };
      await expect(CollectorClient.register(request)).rejects.toMatchObject({ name: "NonRetryableError" });
      expect(new CredentialStore(configDir).listProfiles()).toEqual([]);
    },
  );

  it("repeats only what cannot have made a collector", async () => {
    const server = await startServer();
    const options = {
      serverUrl: server.url,
      workspaceId: server.workspaceId,
      storeCredentials: false,
      retryConfig: impatient,
    };
    server.registrationFault = { status: 503 };
    await CollectorClient.register(options);
    server.registrationFault = { status: 500 };
    await expect(CollectorClient.register(options)).rejects.toBeInstanceOf(RetryableError);
    server.registrationFault = { drop: "after" };
    await expect(CollectorClient.register(options)).rejects.toBeInstanceOf(RetryableError);
    expect(server.requests.length).toBe(4);
  });

  it("cuts type and host to what the server can hold", async () => {
    const server = await startServer();
    await CollectorClient.register({
      serverUrl: server.url,
      workspaceId: server.workspaceId,
      storeCredentials: false,
      collectorType: "t".repeat(80),
      hostname: "h".repeat(300),
    });
    const body = [...server.collectors.values()][0]?.body;
    expect(body?.collector_type).toHaveLength(50);
    expect(body?.hostname).toHaveLength(204);
  });

  it("returns the client although the credential cannot be stored", async () => {
    const { url: serverUrl, workspaceId } = await startServer();
    const configDir = join(temporaryFolder(), "file");
    new CredentialStore(configDir).store({
      serverUrl,
      workspaceId,
      collectorId: "c",
      apiKey: "k",
      apiKeyPrefix: "k",
    });
    const errors: unknown[] = [];
    const blocked = join(configDir, "credentials.json");
    expect(statSync(blocked).isFile()).toBe(true);
    const client = await CollectorClient.register({
      serverUrl,
      workspaceId,
      configDir: blocked,
      onError: (error) => errors.push(error),
    });
    expect(client.config.apiKey).toMatch(/^cs_live_/);
    expect(errors).toHaveLength(1);
  });
});

describe("finding credentials", () => {
  const other = { collectorId: "env-id", apiKey: "env-key" };

  it("finds what is stored for url, workspace and profile, and returns null for anything else", async () => {
    const { url: serverUrl, workspaceId } = await startServer();
    const configDir = temporaryFolder();
    const where = { serverUrl, workspaceId, configDir };
    expect(CollectorClient.fromStored(where)).toBeNull();
    await CollectorClient.register({ ...where, profile: "ci" });
    expect(CollectorClient.fromStored(where)).toBeNull();
    const client = CollectorClient.fromStored({ ...where, profile: "ci", batchSize: 7 });
    expect(client?.config).toMatchObject({ serverUrl, batchSize: 7 });
    expect((await client?.sendEvents("s", [message("hi")]))?.accepted).toBe(1);
  });

  it("prefers options to id and key of the environment, and those to the store", () => {
    const configDir = temporaryFolder();
    const stored = {
      serverUrl: "http://h:1",
      workspaceId: "w",
      collectorId: "stored-id",
      apiKey: "stored-key",
    };
    new CredentialStore(configDir).store({ ...stored, apiKeyPrefix: "s" });
    new CredentialStore(configDir).store({ ...stored, collectorId: "p", apiKeyPrefix: "s", profile: "p" });
    const url = { CATSYPHON_URL: "http://h:1" };
    const store = { ...url, CATSYPHON_WORKSPACE_ID: "w", CATSYPHON_CONFIG_DIR: configDir };
    const keys = { ...store, CATSYPHON_COLLECTOR_ID: "env-id", CATSYPHON_API_KEY: "env-key" };
    const idOf = (env: Record<string, string>, options = {}) =>
      CollectorClient.fromEnv(env, options)?.config.collectorId ?? null;
    expect(idOf(keys, { collectorId: "given", apiKey: "k" })).toBe("given");
    expect(idOf(keys)).toBe("env-id");
    expect(idOf(store)).toBe("stored-id");
    expect(idOf({ ...store, CATSYPHON_PROFILE: "p" })).toBe("p");
    expect(idOf({ ...store, CATSYPHON_WORKSPACE_ID: "other" })).toBeNull();
    expect(idOf(url)).toBeNull();
    expect(idOf({ CATSYPHON_COLLECTOR_ID: "a", CATSYPHON_API_KEY: "b" })).toBeNull();
    expect(idOf({})).toBeNull();
  });

  it("needs an address that HTTP can go to", () => {
    for (const serverUrl of ["example.com", "localhost:8000", "ftp://h", "http://", ""]) {
      expect(() => new CollectorClient({ serverUrl, ...other })).toThrow(TypeError);
    }
  });

  it("needs a key that a header can carry, and does not repeat it", () => {
    const withKey = (apiKey: string) => () =>
      new CollectorClient({ ...other, serverUrl: "http://h", apiKey });
    for (const key of ["secret\u0000", "secr\u00e9t", "sec\nret"]) {
      expect(withKey(key)).toThrow(TypeError);
      expect(withKey(key)).not.toThrow(key);
    }
    expect(withKey("key\n")).not.toThrow();
  });

  it("does not show the key", () => {
    const client = new CollectorClient({ serverUrl: "http://h", collectorId: "c", apiKey: "cs_live_secret" });
    expect(client.config.apiKey).toBe("cs_live_secret");
    expect(inspect(client, { depth: 9 })).not.toContain("secret");
    expect(JSON.stringify(client)).not.toContain("secret");
  });
});

describe("requests", () => {
  it.each(["", "/api", "/deep/er"])("keeps the path prefix %j and drops trailing slashes", async (prefix) => {
    const server = await startServer(prefix);
    const client = clientOf(server, { serverUrl: `${server.url}//` });
    await client.sendEvents("a b", [message("hi")]);
    await client.getSessionStatus("a b");
    await client.completeSession("a b");
    const paths = server.requests.map(({ method, path }) => `${method} ${path}`);
    expect(paths).toEqual([
      "POST /collectors/events",
      "GET /collectors/sessions/a%20b",
      "POST /collectors/sessions/a%20b/complete",
    ]);
  });

  it("sends authorization and collector on every call, JSON uncompressed, and no workspace", async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.sendEvents("s", [message("hi")]);
    await client.getSessionStatus("s");
    await client.completeSession("s");
    for (const { headers, method } of server.requests) {
      expect(headers.authorization).toBe(`Bearer ${client.config.apiKey}`);
      expect(headers["x-collector-id"]).toBe(client.config.collectorId);
      expect(headers["content-encoding"]).toBeUndefined();
      expect(headers["x-workspace-id"]).toBeUndefined();
      if (method === "POST") expect(headers["content-type"]).toBe("application/json");
    }
  });

  it("splits more than 50 events in order and sums the result", async () => {
    const server = await startServer();
    const client = clientOf(server);
    const events = Array.from({ length: 121 }, (_, index) => message(`m${index}`));
    const counts: number[] = [];
    const response = await client.sendEvents("s", events, { onAccepted: (count) => counts.push(count) });
    expect(response).toMatchObject({ accepted: 121, lastSequence: 121, warnings: [] });
    expect(response.conversationId).toBe(server.conversation("s").id);
    expect(counts).toEqual([50, 50, 21]);
    expect(server.sentEvents("s").map(({ data, sequence }) => [data.content, sequence])).toEqual(
      events.map(({ data }, index) => [(data as { content: string }).content, index + 1]),
    );
  });

  it("splits by size, and cuts the longest text of an event that is too large alone", async () => {
    const server = await startServer();
    const big = (length: number) => message("é".repeat(length));
    await clientOf(server).sendEvents("s", [big(200_000), big(200_000), big(200_000), big(2_000_000)]);
    const sizes = server.requests.map(({ body }) => Buffer.byteLength(body));
    expect(sizes.length).toBe(3);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(900 * 1024);
    expect(sizes.at(-1)).toBeGreaterThan(890 * 1024);
    expect(server.messages("s").at(-1)?.content).toMatch(/é…\[truncated\]$/);
  });

  it("leaves an event that is too large without a long text to the server", async () => {
    const server = await startServer();
    server.failNext(1, { status: 413 });
    const numbers = Array.from({ length: 500_000 }, (_, n) => n);
    const event = { type: "metadata", data: { word: "a word of more than twelve letters", numbers } };
    await expect(clientOf(server).sendEvents("s", [event])).rejects.toMatchObject({ statusCode: 413 });
  });

  it("returns a status with dates, null for an unknown session, an error for another collector's", async () => {
    const server = await startServer();
    const client = clientOf(server);
    const emittedAt = "2026-05-01T08:00:00.123456Z";
    await client.sendEvents("s", [message("hi", { emittedAt })]);
    const status = await client.getSessionStatus("s");
    expect(status).toMatchObject({ sessionId: "s", eventCount: 1, lastSequence: 1, status: "active" });
    expect(status?.firstEventAt).toEqual(new Date("2026-05-01T08:00:00.123Z"));
    expect(status?.lastEventAt).toBeInstanceOf(Date);
    expect(await client.getSessionStatus("unknown")).toBeNull();
    await expect(clientOf(server).getSessionStatus("s")).rejects.toBeInstanceOf(AuthenticationError);
  });

  it("completes with success by default and both count members", async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.sendEvents("s", [message("hi")]);
    expect(await client.completeSession("s", { finalSequence: 1, summary: "done" })).toEqual({
      sessionId: "s",
      conversationId: server.conversation("s").id,
      status: "completed",
      totalEvents: 1,
    });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toEqual({
      event_count: 1,
      final_sequence: 1,
      outcome: "success",
      summary: "done",
    });
    await client.completeSession("s", { outcome: "failed" });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toEqual({ outcome: "failed" });
    expect(server.conversation("s")).toMatchObject({ success: false, summary: "done" });
  });

  it("refuses session ids the server cannot hold, and events it would choke on", async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.sendEvents("x".repeat(255), [message("hi")]);
    await expect(client.sendEvents("x".repeat(256), [message("hi")])).rejects.toBeInstanceOf(TypeError);
    await expect(client.sendEvents("", [message("hi")])).rejects.toBeInstanceOf(TypeError);
    await expect(client.sendEvents("s", [])).rejects.toBeInstanceOf(TypeError);
    const bad = [
      { type: "message", data: { author_role: "robot" as "human", message_type: "prompt" } },
      message("x", { emittedAt: "yesterday" }),
      message("x", { eventHash: "f".repeat(33) }),
    ];
    for (const event of bad) await expect(client.sendEvents("s", [event])).rejects.toBeInstanceOf(TypeError);
    expect(server.requests.length).toBe(1);
  });

  it("warns once of ids with a slash, which the server cannot find again", async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, info() {}, debug() {}, verbose() {}, warn });
    const client = clientOf(await startServer());
    await client.sendEvents("a/b", [message("hi")]);
    await client.sendEvents("a/b", [message("ho")]);
    diag.disable();
    expect(warn).toHaveBeenCalledOnce();
    expect(await client.getSessionStatus("a/b")).toBeNull();
  });

  it("cleans what would make the server fail", async () => {
    const server = await startServer();
    const cyclic: Record<string, unknown> = { name: "\u0000a\ud800" };
    cyclic.self = cyclic;
    const event = {
      type: "tool_call",
      data: {
        tool_name: "t\u0000",
        tool_use_id: "1",
        parameters: { "k\u0000": 10n, when: new Date(0), nan: Number.NaN, fn() {}, cyclic, gone: undefined },
        nothing: null,
      },
    };
    await clientOf(server).sendEvents("s", [event]);
    expect(server.sentEvents("s")[0]?.data).toEqual({
      tool_name: "t",
      tool_use_id: "1",
      parameters: {
        k: "10",
        when: "1970-01-01T00:00:00.000Z",
        nan: null,
        fn: "[unserializable]",
        cyclic: { name: "a\ufffd", self: "[unserializable]" },
      },
    });
  });

  it("cuts what the server has no room for", async () => {
    const server = await startServer();
    const client = clientOf(server);
    const start = (working_directory: string) => ({
      type: "session_start",
      data: { agent_type: "a".repeat(60), agent_version: "v".repeat(60), working_directory },
    });
    await client.sendEvents("s", [
      start(`/home/${"x".repeat(300)}/`),
      start("/home/ann"),
      start("x".repeat(255)),
    ]);
    expect(server.sentEvents("s").map(({ data }) => data.working_directory)).toEqual([
      `/home/${"x".repeat(255)}/`,
      "/home/ann",
      "x".repeat(255),
    ]);
    expect(server.conversation("s").metadata).toMatchObject({
      agent_type: "a".repeat(50),
      agent_version: "v".repeat(50),
    });
  });

  it("makes the same hash for the same import, and keeps equal events of one instant apart", async () => {
    const server = await startServer();
    const client = clientOf(server);
    const emittedAt = "2026-05-01T08:00:00.123456789+02:00";
    const events = [
      message("same", { emittedAt }),
      message("same", { emittedAt }),
      message("other", { emittedAt }),
    ];
    expect((await client.sendEvents("s", events)).accepted).toBe(3);
    expect((await client.sendEvents("s", events)).accepted).toBe(0);
    expect(server.messages("s").length).toBe(3);
    expect(server.sentEvents("s")[0]?.emitted_at).toBe("2026-05-01T06:00:00.123456Z");
  });

  it("renumbers and sends once more when an old server finds a gap", async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.sendEvents("s", [message("one"), message("two")]);
    server.requireSequence = true;
    expect((await client.sendEvents("s", [message("three"), message("four")])).accepted).toBe(2);
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual([1, 2, 1, 2, 3, 4]);
    server.failNext(2, { status: 409, body: { error: "sequence_gap", last_received_sequence: 9 } });
    const error = await client.sendEvents("s", [message("five")]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonRetryableError);
    expect(error).toMatchObject({ statusCode: 409 });
  });

  it("refuses to work once closed", async () => {
    const client = clientOf(await startServer());
    await client.close();
    await expect(client.sendEvents("s", [message("hi")])).rejects.toBeInstanceOf(CatSyphonError);
  });

  it("also goes by the Async name that the Python SDK has", () => {
    expect(AsyncCollectorClient).toBe(CollectorClient);
  });
});
