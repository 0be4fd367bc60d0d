import { inspect } from "node:util";
import { type CreateTokenOptions, SpritesClient } from "@kit/sprites";
import { afterEach, expect, it, vi } from "vitest";
import { MACAROON, TOKEN } from "../support/sprites/server.js";
import { Telemetry } from "../support/telemetry.js";
import { CLOSED_ENDPOINT, Harness, rejection } from "./harness.js";

const harness = new Harness();
afterEach(() => {
  harness.server.tokenAnswer = undefined;
  vi.unstubAllEnvs();
});

const create = (macaroon: string, options: CreateTokenOptions = {}, organization = "acme") =>
  SpritesClient.createToken(macaroon, organization, { endpoint: harness.server.endpoint, ...options });

it("a macaroon buys a token that works", async () => {
  const token = await create(MACAROON, { inviteCode: "welcome", description: "ci" });
  expect(harness.server.received.at(-1)).toMatchObject({
    method: "POST",
    url: "/v1/organizations/acme/tokens",
    body: '{"description":"ci","invite_code":"welcome"}',
    headers: { authorization: `FlyV1 ${MACAROON}`, "content-type": "application/json" },
  });
  expect(await harness.client({ token }).getSprite("box")).toMatchObject({ name: "box" });
});

it("a macaroon may come with its scheme, and the endpoint from the environment", async () => {
  vi.stubEnv("SPRITES_ENDPOINT", harness.server.endpoint);
  expect(await SpritesClient.createToken(` FlyV1 ${MACAROON}\n`, "acme")).toBe(TOKEN);
  expect(harness.server.received.at(-1)?.body).toBe('{"description":"@kit/sprites"}');
});

it("no other token of the environment is sent for a macaroon that is missing", async () => {
  vi.stubEnv("SPRITES_TOKEN", TOKEN);
  const before = harness.server.received.length;
  for (const macaroon of ["", "  ", "FlyV1  ", undefined as never, 5 as never]) {
    expect(await rejection(create(macaroon))).toMatchObject({
      name: "SpritesError",
      code: "INVALID_ARGUMENT",
    });
  }
  expect(await rejection(create("two words"))).toMatchObject({ name: "AuthenticationError" });
  expect(await rejection(create(MACAROON, {}, ""))).toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(await rejection(create(MACAROON, {}, ".."))).toMatchObject({ name: "ApiError" });
  expect(await rejection(create(MACAROON, { inviteCode: 5 as never }))).toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  expect(harness.server.received).toHaveLength(before);
});

it.each<[string, unknown]>([
  ["no token", {}],
  ["an empty token", { token: " " }],
  ["a token that is no text", { token: 5 }],
  ["no JSON", `{"token":"${TOKEN}`],
  ["nothing", undefined],
])("an answer with %s is an error without what was answered", async (_what, body) => {
  harness.server.tokenAnswer = { status: 200, body };
  const error = await rejection(create(MACAROON));
  expect(error).toMatchObject({ name: "ApiError", message: "the API answered without a token", status: 200 });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(TOKEN.slice(0, 6));
});

it("a refusal is told without the macaroon that the server repeats", async () => {
  const telemetry = new Telemetry();
  const options = { tracerProvider: telemetry.tracerProvider };
  harness.server.tokenAnswer = {
    status: 422,
    body: { error: "bad_invite", message: `for ${MACAROON}: used` },
  };
  const errors = [
    await rejection(create(MACAROON, options)),
    await rejection(create("fm2_another", options)),
  ];
  expect(errors).toMatchObject([
    { name: "ApiError", status: 422, errorCode: "bad_invite", message: "for [token]: used" },
    { name: "AuthenticationError", status: 401 },
  ]);
  harness.server.tokenAnswer = undefined;
  await create(MACAROON, options);
  const told = telemetry.spans.map(({ name, attributes, status, events }) => [
    name,
    attributes,
    status,
    events,
  ]);
  expect(told.map(([name]) => name)).toEqual(Array(3).fill("POST /v1/organizations/{organization}/tokens"));
  const all = inspect([errors, told], { depth: 9, showHidden: true });
  for (const secret of [MACAROON, "fm2_another", TOKEN]) expect(all).not.toContain(secret);
});

it("ends at its limit, with its signal, and where there is nobody", async () => {
  const fetchNever: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  expect(await rejection(create(MACAROON, { fetch: fetchNever, timeout: 20 }))).toMatchObject({
    name: "TimeoutError",
  });
  const reason = new Error("enough");
  expect(await rejection(create(MACAROON, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(await rejection(create(MACAROON, { endpoint: CLOSED_ENDPOINT }))).toMatchObject({
    name: "ConnectionError",
  });
});
