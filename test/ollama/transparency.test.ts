import { OllamaInstrumentation } from "@kit/instrumentation-ollama";
import type { Ollama } from "ollama";
import { describe, expect, it } from "vitest";
import { loadOllama, OLLAMA_FOLDERS } from "../support/ollama.js";
import { json, type Reply, type Step, script } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { Telemetry } from "../support/telemetry.js";
import { arrivalAt, expectNoDifference, readAll, SECRET, seenBoth } from "../support/ways.js";

const ASK = { model: "llama3.2", messages: [{ role: "user", content: SECRET }] };
const END = { model: "llama3.2", done: true, done_reason: "stop", prompt_eval_count: 10, eval_count: 4 };
const ANSWER = json({ ...END, message: { role: "assistant", content: SECRET } });
const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`);
const lines = (...steps: readonly Step[]) =>
  script(steps, { headers: { "content-type": "application/x-ndjson" } });
const BEGUN = line({ model: "llama3.2", message: { role: "assistant", content: SECRET }, done: false });
const STREAM = lines(BEGUN, line({ ...END, message: { role: "assistant", content: "." } }));
const REFUSED = json({ error: "model not found" }, { status: 404 });

/** `arrived` resolves when the server has the request. */
type Way = (client: Ollama, arrived: () => Promise<void>) => Promise<unknown>;

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "a whole answer": [ANSWER, (client) => client.chat(ASK), ["completed"]],
  "a stream": [
    STREAM,
    async (client) => {
      const stream = await client.chat({ ...ASK, stream: true });
      return [stream.constructor.name, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async (client) => {
      for await (const first of await client.chat({ ...ASK, stream: true })) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    lines(BEGUN, "drop"),
    async (client) => readAll(await client.chat({ ...ASK, stream: true })),
    ["error"],
  ],
  "a stream that ends without its end": [
    lines(BEGUN),
    async (client) => readAll(await client.chat({ ...ASK, stream: true })),
    ["error"],
  ],
  "a stream with an error in it": [
    lines(BEGUN, line({ error: "out of memory" })),
    async (client) => readAll(await client.chat({ ...ASK, stream: true })),
    ["error"],
  ],
  "a stream that is aborted": [
    lines(BEGUN, "hang"),
    async (client) => {
      const stream = await client.chat({ ...ASK, stream: true });
      for await (const _ of stream) stream.abort();
    },
    ["aborted"],
  ],
  "all streams of a client that are aborted": [
    lines(BEGUN, "hang"),
    async (client) => {
      for await (const _ of await client.generate({ model: "m", prompt: SECRET, stream: true }))
        client.abort();
    },
    ["aborted"],
  ],
  "a text": [
    json({ ...END, response: SECRET }),
    (client) => client.generate({ model: "m", prompt: "" }),
    ["completed"],
  ],
  embeddings: [
    json({ model: "m", embeddings: [[0.1, 0.2]], prompt_eval_count: 3 }),
    (client) => client.embed({ model: "m", input: SECRET }),
    ["completed"],
  ],
  "a call that is no model's": [json({ models: [] }), (client) => client.list(), []],
  "a refusal": [REFUSED, (client) => client.chat(ASK), ["error"]],
  "a refused stream": [REFUSED, (client) => client.chat({ ...ASK, stream: true }), ["error"]],
  "no parameters, which makes no request": [ANSWER, (client) => client.chat(undefined as never), []],
};

describe.each(OLLAMA_FOLDERS)("%s", (folder) => {
  const sdk = loadOllama(folder);
  const prototype: object = Object.getPrototypeOf(sdk.Ollama.prototype);
  const originals = Object.getOwnPropertyDescriptors(prototype);

  const stage = useStage(() => new OllamaInstrumentation(), sdk, { except: ["missing_expected"] });

  const arrived = () => arrivalAt(stage.provider);

  async function see(reply: Reply, way: Way) {
    stage.provider.reset();
    const client = new sdk.Ollama({ host: stage.provider.serve("/ollama", reply) }) as unknown as Ollama;
    return seenBoth(stage.provider, way(client, arrived));
  }

  it.each(Object.entries(WAYS))(
    "shows no difference in %s, and one span at most",
    async (_, [reply, way, outcomes]) => {
      await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
    },
  );

  it("names the provider and the server, and puts the original methods back", async () => {
    await see(ANSWER, (client) => client.chat(ASK));
    expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject({
      "gen_ai.provider.name": "ollama",
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
    });
    expect(Object.getOwnPropertyDescriptors(prototype)).not.toEqual(originals);
    stage.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
  });

  it("describes images and the results of tools", async () => {
    const telemetry = new Telemetry({ capture: "SPAN_ONLY", except: ["missing_expected"] });
    stage.instrumentation.setConfig({ captureMessageContent: "SPAN_ONLY" });
    telemetry.observe(stage.instrumentation);
    const messages = [
      { role: "user", content: "See", images: [new Uint8Array([104, 105])] },
      { role: "user", content: "and", images: ["aGk=", "./not/there.png"] },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ function: { name: "look", arguments: { at: "a" } } }],
      },
      { role: "tool", content: "found", tool_name: "look" },
    ];
    await see(ANSWER, (client) => client.chat({ model: "m", messages }));
    const { attributes } = (await telemetry.finish()).onlySpan();
    expect(JSON.parse(String(attributes["gen_ai.input.messages"]))).toEqual([
      {
        role: "user",
        parts: [
          { type: "text", content: "See" },
          { type: "blob", modality: "image", content: "aGk=" },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "text", content: "and" },
          { type: "blob", modality: "image", content: "aGk=" },
          { type: "uri", modality: "image", uri: "./not/there.png" },
        ],
      },
      { role: "assistant", parts: [{ type: "tool_call", name: "look", arguments: { at: "a" } }] },
      { role: "tool", parts: [{ type: "tool_call_response", response: "found" }] },
    ]);
  });
});
