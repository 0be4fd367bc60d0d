import { setImmediate } from "node:timers/promises";
import { CohereInstrumentation } from "@kit/instrumentation-cohere";
import type { CohereClient, CohereClientV2 } from "cohere-ai";
import { describe, expect, it } from "vitest";
import { COHERE_FOLDERS, loadCohere } from "../support/cohere.js";
import { json, type Reply, type Step, script } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { arrivalAt, expectNoDifference, readAll, SECRET as SHORT, seenBoth } from "../support/ways.js";

/** Long enough to be known again where an error repeats it without quotes. */
const SECRET = `${SHORT}-plover`;
const ASK = { model: "command-a", messages: [{ role: "user" as const, content: SECRET }] };
const ASK_V1 = { model: "command-a", message: SECRET };
const USAGE = { billed_units: { input_tokens: 8, output_tokens: 4 } };
const MESSAGE = { role: "assistant", content: [{ type: "text", text: SECRET }] };
const ANSWER = json({ id: "1", finish_reason: "COMPLETE", message: MESSAGE, usage: USAGE });
const ANSWER_V1 = json({ response_id: "1", text: SECRET, finish_reason: "COMPLETE", meta: USAGE });
const event = (value: object) => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
const events = (...steps: readonly Step[]) =>
  script(steps, { headers: { "content-type": "text/event-stream" } });
const BEGUN = event({ type: "message-start", id: "1", delta: { message: { role: "assistant" } } });
const TEXT = event({ type: "content-delta", index: 0, delta: { message: { content: { text: SECRET } } } });
const END = event({ type: "message-end", delta: { finish_reason: "COMPLETE", usage: USAGE } });
const STREAM = events(BEGUN, TEXT, END, Buffer.from("data: [DONE]\n\n"));
const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`);
const STREAM_V1 = script(
  [
    line({ event_type: "stream-start", generation_id: "1", is_finished: false }),
    line({ event_type: "text-generation", text: SECRET, is_finished: false }),
    line({
      event_type: "stream-end",
      finish_reason: "COMPLETE",
      is_finished: true,
      response: { response_id: "1", text: SECRET, meta: USAGE },
    }),
  ],
  { headers: { "content-type": "application/stream+json" } },
);
const REFUSED = json({ message: `no ${SECRET}` }, { status: 400 });

interface Clients {
  readonly v1: CohereClient;
  readonly v2: CohereClientV2;
  /** Resolves when the server has the request. */
  readonly arrived: () => Promise<void>;
}

type Way = (clients: Clients) => Promise<unknown>;

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "a whole answer": [ANSWER, ({ v2 }) => v2.chat(ASK), ["completed"]],
  "a whole answer of the first client's second API": [ANSWER, ({ v1 }) => v1.v2.chat(ASK), ["completed"]],
  "a whole answer of the first API": [ANSWER_V1, ({ v1 }) => v1.chat(ASK_V1), ["completed"]],
  "a promise": [
    ANSWER,
    async ({ v2 }) => {
      const promise = v2.chat(ASK);
      const withRaw = Reflect.get(promise, "withRawResponse") as (() => Promise<object>) | undefined;
      const told = [promise.constructor.name, typeof withRaw, Object.keys(promise)];
      const first = await promise;
      return [...told, first === (await promise), await promise.finally(() => {}), Object.keys(promise)];
    },
    ["completed"],
  ],
  "the raw response beside the body": [
    ANSWER,
    async ({ v2 }) => {
      const promise = v2.chat(ASK);
      if (!("withRawResponse" in promise)) return promise;
      const { data, rawResponse } = await promise.withRawResponse();
      return [data, rawResponse.status, data === (await promise)];
    },
    ["completed"],
  ],
  "the raw response of a refusal": [
    REFUSED,
    async ({ v2 }) => {
      const promise = v2.chat(ASK);
      if (!("withRawResponse" in promise)) return promise;
      return promise.withRawResponse();
    },
    ["error"],
  ],
  "a stream with its raw response": [
    STREAM,
    async ({ v2 }) => {
      const promise = v2.chatStream(ASK);
      if (!("withRawResponse" in promise)) return readAll(await promise);
      const { data, rawResponse } = await promise.withRawResponse();
      return [rawResponse.status, data === (await promise), await readAll(data)];
    },
    ["completed"],
  ],
  "a stream": [
    STREAM,
    async ({ v2 }) => {
      const stream = await v2.chatStream(ASK);
      return [stream.constructor.name, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream of the first API": [
    STREAM_V1,
    async ({ v1 }) => readAll(await v1.chatStream(ASK_V1)),
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async ({ v2 }) => {
      for await (const first of await v2.chatStream(ASK)) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    events(BEGUN, TEXT, "drop"),
    async ({ v2 }) => readAll(await v2.chatStream(ASK)),
    ["error"],
  ],
  "a call that is aborted before the answer": [
    script(["hang"]),
    async ({ v2, arrived }) => {
      const controller = new AbortController();
      const answer = v2.chat(ASK, { abortSignal: controller.signal, maxRetries: 0 });
      arrived().then(() => controller.abort());
      return answer;
    },
    ["aborted"],
  ],
  "a call that was aborted before": [
    ANSWER,
    ({ v2 }) => v2.chat(ASK, { abortSignal: AbortSignal.abort(), maxRetries: 0 }),
    ["aborted"],
  ],
  "a stream that is aborted": [
    events(BEGUN, TEXT, "hang"),
    async ({ v2 }) => {
      const controller = new AbortController();
      for await (const _ of await v2.chatStream(ASK, { abortSignal: controller.signal })) controller.abort();
    },
    ["aborted"],
  ],
  embeddings: [
    json({ response_type: "embeddings_by_type", id: "1", texts: [], embeddings: { float: [[0.1, 0.2]] } }),
    ({ v2 }) =>
      v2.embed({ model: "m", texts: [SECRET], inputType: "search_query", embeddingTypes: ["float"] }),
    ["completed"],
  ],
  "a ranking": [
    json({ id: "1", results: [{ index: 1, relevance_score: 0.5 }] }),
    ({ v1 }) => v1.rerank({ model: "m", query: SECRET, documents: [SECRET, "b"] }),
    ["completed"],
  ],
  "a call that is no model's": [
    json({ tokens: [1], token_strings: ["a"] }),
    ({ v1 }) => v1.tokenize({ model: "m", text: SECRET }),
    [],
  ],
  "a refusal": [REFUSED, ({ v2 }) => v2.chat(ASK), ["error"]],
  "a refusal that is caught": [
    REFUSED,
    ({ v2 }) => v2.chat(ASK).catch((error: unknown) => (error as Error).name),
    ["error"],
  ],
  "a refused stream": [REFUSED, ({ v2 }) => v2.chatStream(ASK), ["error"]],
  "a refusal that nobody handles": [
    REFUSED,
    async ({ v2, arrived }) => {
      const unhandled: unknown[] = [];
      const listener = (error: Error) => unhandled.push(error.constructor.name);
      const others = process.listeners("unhandledRejection");
      process.removeAllListeners("unhandledRejection").on("unhandledRejection", listener);
      void v2.chat(ASK);
      await arrived();
      while (unhandled.length === 0) await setImmediate();
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      process.removeAllListeners("unhandledRejection");
      for (const other of others) process.on("unhandledRejection", other);
      return unhandled;
    },
    ["error"],
  ],
};

describe.each(COHERE_FOLDERS)("%s", (folder) => {
  const sdk = loadCohere(folder);
  const prototype: object = Object.getPrototypeOf(sdk.CohereClient.prototype);
  const originals = Object.getOwnPropertyDescriptors(prototype);

  const stage = useStage(() => new CohereInstrumentation(), sdk, { except: ["missing_expected"] });

  const arrived = () => arrivalAt(stage.provider);

  async function see(reply: Reply, way: Way) {
    stage.provider.reset();
    const options = { token: "test", environment: stage.provider.serve("/cohere", reply) };
    const clients = { v1: new sdk.CohereClient(options), v2: new sdk.CohereClientV2(options), arrived };
    return seenBoth(stage.provider, way(clients));
  }

  it.each(Object.entries(WAYS))(
    "shows no difference in %s, and one span at most",
    async (_, [reply, way, outcomes]) => {
      await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
    },
  );

  it("names the provider and the server, and puts the original methods back", async () => {
    await see(REFUSED, ({ v2 }) => v2.chat(ASK));
    expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject({
      "gen_ai.provider.name": "cohere",
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
      "error.type": "400",
    });
    expect(Object.getOwnPropertyDescriptors(prototype)).not.toEqual(originals);
    stage.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
  });
});
