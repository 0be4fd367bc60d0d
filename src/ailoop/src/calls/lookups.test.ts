import { describe, expect, it } from "vitest";
import {
  createClient,
  recordEvents,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { AiloopClient, ConnectionError, NotFoundError, ValidationError } from "../index.js";

describe("getMessage", () => {
  it("returns what was sent", async () => {
    const { client } = await startPair();
    const sent = await client.say("hello", { metadata: { run: 7 } });
    expect(await client.getMessage(sent.id.toUpperCase())).toEqual(sent);
  });

  it("tells an unknown message from a bad id", async () => {
    const { fake, client } = await startPair();
    const unknown = client.getMessage("7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11");
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
    await expect(unknown).rejects.toBeInstanceOf(ValidationError);
    const requests = fake.requests.length;
    await expect(client.getMessage("not a uuid")).rejects.toMatchObject({ field: "messageId" });
    expect(fake.requests).toHaveLength(requests);
  });
});

describe("checkVersionCompatibility", () => {
  it.each([
    ["0.1.1", true, 3],
    ["0.1.34", true, 2],
    ["0.1.40", true, 2],
    ["0.1.41", true, 1],
    ["0.2.0", true, 1],
    ["1.0.0", true, 0],
    ["1.7.3", true, 0],
    ["2.0.0", false, 1],
    ["0.1.0", false, 1],
    ["0.0.0", false, 1],
    ["garbage", false, 1],
  ])("judges %s: compatible %s, %i warnings", async (version, compatible, warnings) => {
    const client = createClient(await startFake({ version }));
    const result = await client.checkVersionCompatibility();
    expect(result).toMatchObject({ serverVersion: version, clientVersion: "1.0.0", compatible });
    expect(result.warnings).toHaveLength(warnings);
  });

  it("converts the health data and fills in what is missing", async () => {
    const fake = await startFake();
    const client = createClient(fake);
    expect((await client.checkVersionCompatibility()).healthData).toEqual({
      status: "healthy",
      version: "1.0.0",
      activeConnections: 0,
      queueSize: 0,
      activeChannels: 0,
    });
    fake.override = () => ({ status: 200, body: { status: "ok" } });
    expect(await client.checkVersionCompatibility()).toMatchObject({
      serverVersion: "0.0.0",
      compatible: false,
    });
  });

  it("fails with a ConnectionError when what answers is no ailoop server", async () => {
    const { fake, client } = await startPair();
    fake.override = () => ({ status: 200, body: "<html>" });
    await expect(client.checkVersionCompatibility()).rejects.toMatchObject({ code: "CONNECTION_ERROR" });
    fake.override = () => ({ status: 200, body: [] });
    expect((await client.checkVersionCompatibility()).serverVersion).toBe("0.0.0");
  });

  it("fails with a ConnectionError when nobody is there", async () => {
    await expect(
      createClient({ url: "http://127.0.0.1:1" }).checkVersionCompatibility(),
    ).rejects.toBeInstanceOf(ConnectionError);
  });
});

describe("connect", () => {
  it("checks the version and opens the socket in the background", async () => {
    const fake = await startFake();
    const client = await AiloopClient.connect(fake.url);
    await until(() => fake.connections.viewers === 1);
    await client.close();
  });

  it("succeeds on an incompatible server, unless the client is strict", async () => {
    const fake = await startFake({ version: "2.0.0" });
    await createClient(fake).connect();
    const strict = createClient(fake, { strictVersion: true }).connect();
    await expect(strict).rejects.toMatchObject({ name: "ValidationError", field: "serverVersion" });
  });

  it("succeeds when only the socket fails", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0 });
    const events = recordEvents(client);
    await client.connect();
    await until(() => events.some(({ type }) => type === "exhausted"));
  });

  it("fails when health fails, and leaves nothing behind", async () => {
    await expect(AiloopClient.connect("http://127.0.0.1:1")).rejects.toBeInstanceOf(ConnectionError);
  });
});
