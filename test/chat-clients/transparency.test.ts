import { describe, expect, it } from "vitest";
import { type ChatClient, INSTALLED, loadChatSdk } from "../support/chat-clients.js";
import { json, type Reply, script } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { arrivalAt, expectNoDifference, readAll, SECRET, seenBoth } from "../support/ways.js";

const ASK = { model: "llama", messages: [{ role: "user", content: SECRET }] };
const STREAMED = { ...ASK, stream: true };
const USAGE = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
const ANSWER = json({
  id: "made-up",
  model: "llama",
  choices: [{ index: 0, message: { role: "assistant", content: SECRET }, finish_reason: "stop" }],
  usage: USAGE,
});
const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  id: "made-up",
  model: "llama",
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
const BEGUN = chunk({ role: "assistant", content: SECRET });
const STREAM = script(
  [BEGUN, chunk({ content: "." }), chunk({}, "stop", { usage: USAGE }), "[DONE]"].map(sent),
);
/** Two, because the first of some old versions comes only when the second does. */
const BEGUN_ONLY = script([BEGUN, BEGUN, "hang"]);
const REFUSED = json({ error: { message: "no such model", code: "model_not_found" } }, { status: 404 });

/** A string would be a step of the script. */
function sent(data: string | object): object {
  return typeof data === "string" ? Buffer.from(`data: ${data}\n\n`) : data;
}

/** `arrived` resolves when the server has the request; `prefix` is what the client's paths begin with. */
type Way = (client: ChatClient, arrived: () => Promise<void>, prefix: string) => Promise<unknown>;

/** What an application does, and the outcome of each span that tells of it. */
type Ways = Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>>;

const WAYS: Ways = {
  "a whole answer": [
    ANSWER,
    async ({ chat }) => {
      const promise = chat.completions.create(ASK);
      return [promise.constructor.name, await promise];
    },
    ["completed"],
  ],
  "a stream": [
    STREAM,
    async ({ chat }) => {
      const stream = await chat.completions.create(STREAMED);
      return [stream.constructor.name, Object.keys(stream), await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream in two": [
    STREAM,
    async ({ chat }) => Promise.all((await chat.completions.create(STREAMED)).tee().map(readAll)),
    ["completed"],
  ],
  "a stream that is iterated twice": [
    STREAM,
    async ({ chat }) => {
      const stream = await chat.completions.create(STREAMED);
      return [await readAll(stream), await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream left early": [
    BEGUN_ONLY,
    async ({ chat }) => {
      for await (const first of await chat.completions.create(STREAMED)) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    script([BEGUN, "drop"]),
    async ({ chat }) => readAll(await chat.completions.create(STREAMED)),
    ["error"],
  ],
  "a stream with an error in it": [
    script([BEGUN, { error: { message: "overloaded", code: "overloaded" } }]),
    async ({ chat }) => readAll(await chat.completions.create(STREAMED)),
    ["error"],
  ],
  "a stream that is aborted": [
    BEGUN_ONLY,
    async ({ chat }) => {
      const stream = await chat.completions.create(STREAMED);
      for await (const _ of stream) stream.controller.abort();
    },
    ["aborted"],
  ],
  "a call aborted before it is made": [
    ANSWER,
    ({ chat }) => chat.completions.create(ASK, { signal: AbortSignal.abort() }),
    ["aborted"],
  ],
  "a call aborted while it waits": [
    script(["hang"]),
    async ({ chat }, arrived) => {
      const controller = new AbortController();
      const promise = chat.completions.create(ASK, { signal: controller.signal });
      void arrived().then(() => controller.abort());
      return promise;
    },
    ["aborted"],
  ],
  "the response itself": [
    ANSWER,
    async ({ chat }) => {
      const response = await chat.completions.create(ASK).asResponse();
      return [response.status, await response.json()];
    },
    ["raw"],
  ],
  "an answer with its response": [
    ANSWER,
    async ({ chat }) => (await chat.completions.create(ASK).withResponse()).data,
    ["completed"],
  ],
  "the client's own `post`": [
    ANSWER,
    (client, _, prefix) => client.post(`${prefix}/chat/completions`, { body: ASK }),
    ["completed"],
  ],
  embeddings: [
    json({ model: "e", data: [{ index: 0, embedding: [0.1, 0.2] }], usage: USAGE }),
    ({ embeddings }) => embeddings.create({ model: "e", input: SECRET }),
    ["completed"],
  ],
  "a refusal": [REFUSED, ({ chat }) => chat.completions.create(ASK), ["error"]],
  "a refused stream": [REFUSED, ({ chat }) => chat.completions.create(STREAMED), ["error"]],
  "no parameters, which makes no request": [
    ANSWER,
    async ({ chat }) => chat.completions.create(undefined as never),
    [],
  ],
};

/** What only some clients have. */
const MORE_WAYS: Ways = {
  "a text": [
    json({ id: "made-up", model: "llama", choices: [{ text: SECRET, finish_reason: "eos" }], usage: USAGE }),
    async ({ completions }) => completions?.create({ model: "llama", prompt: SECRET }),
    ["completed"],
  ],
  "a stream helper": [
    STREAM,
    async ({ chat }) => {
      const helper = chat.completions.stream?.(ASK);
      return [helper?.constructor.name, await helper?.finalChatCompletion()];
    },
    ["completed"],
  ],
  "a stream helper that is left": [
    BEGUN_ONLY,
    async ({ chat }) => {
      for await (const first of chat.completions.stream?.(ASK) ?? []) return first;
    },
    ["cancelled"],
  ],
  "a stream helper that is aborted": [
    BEGUN_ONLY,
    async ({ chat }) => {
      const helper = chat.completions.stream?.(ASK);
      for await (const _ of helper ?? []) helper?.abort();
    },
    ["aborted"],
  ],
  "a stream helper that is refused": [
    REFUSED,
    async ({ chat }) => chat.completions.stream?.(ASK).finalChatCompletion(),
    ["error"],
  ],
};

describe.each(INSTALLED)("$folder", ({ folder, sdk }) => {
  const { exports, Client } = loadChatSdk(folder, sdk);

  const stage = useStage(() => sdk.instrument(), exports, {});
  const arrived = () => arrivalAt(stage.provider);

  async function see(reply: Reply, way: Way) {
    stage.provider.reset();
    const baseURL = stage.provider.serve("/api", reply);
    const client = new Client({ apiKey: "made-up", baseURL, maxRetries: 0 });
    return seenBoth(stage.provider, way(client, arrived, sdk.prefix));
  }

  it.each(Object.entries({ ...WAYS, ...(sdk.hasHelpers && MORE_WAYS) }))(
    "shows no difference in %s, and one span at most",
    async (_, [reply, way, outcomes]) => {
      await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
    },
  );

  it("names the provider and the server, and puts the original methods back", async () => {
    const { completions } = new Client({ apiKey: "made-up", baseURL: "http://127.0.0.1", maxRetries: 0 })
      .chat;
    const patched = completions.create;
    await see(ANSWER, ({ chat }) => chat.completions.create(ASK));
    expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": sdk.provider,
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
    });
    stage.instrumentation.disable();
    expect(completions.create).not.toBe(patched);
    expect(completions.create.toString()).toContain("_client.post");
  });
});
