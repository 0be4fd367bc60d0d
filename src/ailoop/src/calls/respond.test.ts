import { expect, it } from "vitest";
import {
  createClient,
  notification,
  posted,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { NotFoundError, ValidationError } from "../index.js";

const unknown = "7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11";

it("answers through the route that releases queued prompts, as text by default", async () => {
  const { fake, client } = await startPair();
  const sent = await client.ask("Best colour?");
  const response = await client.respond(sent.id, { answer: "Blue" });
  expect(response).toMatchObject({
    senderType: "HUMAN",
    correlationId: sent.id,
    content: { type: "response", answer: "Blue", responseType: "text" },
  });
  const [request] = fake.requests.filter(({ path }) => path.endsWith("/response"));
  expect(request).toMatchObject({
    path: `/api/v1/messages/${sent.id}/response`,
    body: { answer: "Blue", response_type: "text" },
  });
  expect((await sent.response()).id).toBe(response.id);
});

it("answers with no text where the type says it all", async () => {
  const { client } = await startPair();
  const sent = await client.authorize("ship");
  const { content } = await client.respond(sent.id, { responseType: "authorization_approved" });
  expect(content).toEqual({ type: "response", answer: null, responseType: "authorization_approved" });
});

it("answers with a message of its own when told to", async () => {
  const { fake, client } = await startPair();
  const sent = await client.ask("Best colour?", { channel: "ops" });
  const response = await client.respond(sent.id, { answer: "Blue", via: "message" });
  expect(posted(fake)[1]).toEqual({
    id: response.id,
    channel: "ops",
    sender_type: "HUMAN",
    content: { type: "response", answer: "Blue", response_type: "text" },
    timestamp: response.timestamp,
    correlation_id: sent.id,
  });
});

it("posts nothing when the original is unknown", async () => {
  const { fake, client } = await startPair();
  for (const via of ["response", "message"] as const) {
    const refused = client.respond(unknown, { answer: "x", via });
    await expect(refused).rejects.toBeInstanceOf(NotFoundError);
    await expect(refused).rejects.toMatchObject({ messageId: unknown, status: 404 });
  }
  expect(fake.requests.filter(({ method }) => method === "POST")).toEqual([]);
});

it("looks up no original that it heard on a socket", async () => {
  const fake = await startFake();
  const client = createClient(fake);
  await client.connectWebsocket();
  await client.subscribeToChannel("public");
  let id = "";
  client.addMessageHandler((message) => {
    id = message.id;
  });
  fake.publish(notification("x"));
  await until(() => id !== "");
  await client.respond(id, { answer: "ok" });
  expect(fake.requests.filter(({ method, path }) => method === "GET" && path.includes("/messages/"))).toEqual(
    [],
  );
});

it.each([
  ["originalMessageId", "7", {}],
  ["responseType", unknown, { responseType: "yes" as never }],
  ["answer", unknown, { answer: 7 as never }],
  ["via", unknown, { via: "pigeon" as never }],
])("refuses a bad %s without a request", async (field, id, options) => {
  const { fake, client } = await startPair();
  const refused = client.respond(id, options);
  await expect(refused).rejects.toBeInstanceOf(ValidationError);
  await expect(refused).rejects.toMatchObject({ field });
  expect(fake.requests).toEqual([]);
});
