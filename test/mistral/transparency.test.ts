import { MistralInstrumentation } from "@kit/instrumentation-mistral";
import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { loadMistral, MISTRAL_FOLDERS, seeMistral, type Way } from "../support/mistral.js";
import { json, type Reply, type Step, script } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { expectNoDifference, readAll, SECRET } from "../support/ways.js";

/** Long enough to be found where a refusal repeats it. */
const TEXT = `${SECRET} and nothing else`;
const MODEL = "mistral-small-latest";
const MESSAGES = [{ role: "user" as const, content: TEXT }];
const ASK = { model: MODEL, messages: MESSAGES };
const USAGE = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
const ABOUT = { id: "1", model: MODEL, created: 1 };
const BODY = {
  ...ABOUT,
  object: "chat.completion",
  usage: USAGE,
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: SECRET } }],
};
const ANSWER = json(BODY);
const event = (data: unknown) => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
const events = (...steps: readonly Step[]) =>
  script(steps, { headers: { "content-type": "text/event-stream" } });
const piece = (content: string, finish_reason: string | null = null, rest: object = {}) =>
  event({ ...ABOUT, choices: [{ index: 0, delta: { content }, finish_reason }], ...rest });
const BEGUN = piece(SECRET);
const STREAM = events(BEGUN, piece(".", "stop", { usage: USAGE }), Buffer.from("data: [DONE]\n\n"));
const AGENT = json({
  object: "agent",
  id: "ag_1",
  model: MODEL,
  name: "guide",
  instructions: TEXT,
  version: 0,
  versions: [0],
  deployment_chat: false,
  source: "api",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
});
const REFUSED = json({ object: "error", message: `no such thing: ${TEXT}`, type: "x" }, { status: 400 });

/** As the SDK's own copy of its schema library makes it. */
const FORMAT = z.object({ a: z.string() }) as never;

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "a whole answer": [ANSWER, (client) => client.chat.complete(ASK), ["completed"]],
  "a stream": [
    STREAM,
    async (client) => {
      const stream = await client.chat.stream(ASK);
      return [stream.constructor.name, stream.locked, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream read with a reader": [
    STREAM,
    async (client) => {
      const reader = (await client.chat.stream(ASK)).getReader();
      const seen: unknown[] = [];
      for (let next = await reader.read(); !next.done; next = await reader.read()) seen.push(next.value);
      return [seen, await reader.closed];
    },
    ["completed"],
  ],
  "a stream whose reader leaves": [
    STREAM,
    async (client) => {
      const reader = (await client.chat.stream(ASK)).getReader();
      await reader.read();
      await reader.cancel();
    },
    ["cancelled"],
  ],
  "a stream that is cancelled unread": [
    STREAM,
    async (client) => (await client.chat.stream(ASK)).cancel(),
    ["cancelled"],
  ],
  "a stream looked into before it is read": [
    STREAM,
    async (client) => {
      const stream = await client.chat.stream(ASK);
      const reader = stream.getReader();
      const first = await reader.read();
      reader.releaseLock();
      return [first, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream in two": [
    STREAM,
    async (client) => Promise.all((await client.chat.stream(ASK)).tee().map(readAll)),
    ["completed"],
  ],
  "a stream that is piped": [
    STREAM,
    async (client) => {
      const transform = (each: object, out: TransformStreamDefaultController) => out.enqueue([each]);
      return readAll((await client.chat.stream(ASK)).pipeThrough(new TransformStream({ transform })));
    },
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async (client) => {
      for await (const first of await client.chat.stream(ASK)) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    events(BEGUN, "drop"),
    async (client) => readAll(await client.chat.stream(ASK)),
    ["error"],
  ],
  "a stream with an error in it": [
    events(BEGUN, event({ object: "error", message: SECRET, code: "3505" })),
    async (client) => readAll(await client.chat.stream(ASK)),
    ["error"],
  ],
  "a call that is aborted": [
    events("hang"),
    async (client) => {
      const controller = new AbortController();
      const { fetch } = globalThis;
      globalThis.fetch = async (...given) => {
        globalThis.fetch = fetch;
        const answer = await fetch(...given);
        // It has begun, and its body is waited for then.
        setImmediate(() => controller.abort(new DOMException("too long", "TimeoutError")));
        return answer;
      };
      return client.chat.complete(ASK, { fetchOptions: { signal: controller.signal } });
    },
    ["error"],
  ],
  "a call that is aborted before it begins": [
    ANSWER,
    (client) => client.chat.complete(ASK, { fetchOptions: { signal: AbortSignal.abort() } }),
    ["aborted"],
  ],
  "a stream that is aborted": [
    events(BEGUN, "hang"),
    async (client) => {
      const controller = new AbortController();
      const stream = await client.chat.stream(ASK, { fetchOptions: { signal: controller.signal } });
      for await (const _ of stream) controller.abort();
    },
    ["aborted"],
  ],
  "a refusal": [REFUSED, (client) => client.chat.complete(ASK), ["error"]],
  "a refused stream": [REFUSED, (client) => client.chat.stream(ASK), ["error"]],
  "a whole answer to a call for a stream": [
    ANSWER,
    (client) => client.chat.stream({ model: MODEL, messages: [{ role: "user", content: "Hi" }] }),
    ["error"],
  ],
  "a page instead of an answer": [
    json(SECRET, { headers: { "content-type": "text/html" } }),
    (client) => client.chat.complete({ model: MODEL, messages: [{ role: "user", content: "Hi" }] }),
    ["error"],
  ],
  "an answer that is none": [json({ nothing: true }), (client) => client.chat.complete(ASK), ["error"]],
  "parameters that are none": [
    ANSWER,
    (client) => client.chat.complete({ ...ASK, model: 1 } as never),
    ["error"],
  ],
  "text between two texts": [
    ANSWER,
    (client) => client.fim.complete({ model: MODEL, prompt: TEXT, suffix: TEXT }),
    ["completed"],
  ],
  "an agent": [
    ANSWER,
    (client) => client.agents.complete({ agentId: "ag_1", messages: MESSAGES }),
    ["completed"],
  ],
  "an agent that is made": [
    AGENT,
    (client) => client.beta.agents.create({ model: MODEL, name: "guide", instructions: TEXT }),
    ["completed"],
  ],
  "an agent that is refused": [
    REFUSED,
    (client) => client.beta.agents.create({ model: MODEL, name: "guide", instructions: TEXT }),
    ["error"],
  ],
  "a parsed stream": [
    STREAM,
    async (client) => readAll(await client.chat.parseStream({ ...ASK, responseFormat: FORMAT })),
    ["completed"],
  ],
  "a parsed answer": [
    json({ ...BODY, choices: [{ index: 0, finish_reason: "stop", message: { content: '{"a":"b"}' } }] }),
    (client) => client.chat.parse({ ...ASK, responseFormat: FORMAT }),
    ["completed"],
  ],
  embeddings: [
    json({ id: "1", object: "list", model: MODEL, data: [{ index: 0, embedding: [0.1] }], usage: USAGE }),
    (client) => client.embeddings.create({ model: MODEL, inputs: TEXT }),
    ["completed"],
  ],
  "a call that is no model's": [json({ object: "list", data: [] }), (client) => client.models.list(), []],
};

describe.each(MISTRAL_FOLDERS)("%s", async (folder) => {
  const sdk = await loadMistral(folder);
  const { chat } = new sdk.Mistral({});
  const prototype: object = Object.getPrototypeOf(chat);
  const originals = Object.getOwnPropertyDescriptors(prototype);

  const stage = useStage(() => new MistralInstrumentation(), sdk, { except: ["missing_expected"] });
  afterEach(() => trace.disable());

  const see = (reply: Reply, way: Way) => seeMistral(sdk, stage.provider, reply, way);

  it.each(Object.entries(WAYS))(
    "shows no difference in %s, and one span at most",
    async (_, [reply, way, outcomes]) => {
      await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
    },
  );

  it("names the provider and the server, and puts the original methods back", async () => {
    await see(ANSWER, (client) => client.chat.complete(ASK));
    expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject({
      "gen_ai.provider.name": "mistral_ai",
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
    });
    expect(Object.getOwnPropertyDescriptors(prototype)).not.toEqual(originals);
    stage.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
  });

  it("tells what agent was made", async () => {
    const making = { model: MODEL, name: "guide", description: "Shows the way." };
    await see(AGENT, (client) => client.beta.agents.create({ ...making, instructions: TEXT }));
    const { onlySpan, metrics } = await stage.telemetry.finish();
    expect(onlySpan().name).toBe("create_agent guide");
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.agent.id": "ag_1",
      "gen_ai.agent.name": "guide",
      "gen_ai.agent.description": "Shows the way.",
      "gen_ai.request.model": MODEL,
    });
    const names = metrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
    expect(names).toEqual(["gen_ai.client.operation.duration"]);
  });

  it("names the server that a call chooses", async () => {
    const serverURL = "http://localhost:9";
    await see(ANSWER, (client) => client.chat.complete(ASK, { serverURL }));
    expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject({
      "server.address": "localhost",
    });
  });
});
