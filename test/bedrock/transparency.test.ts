import { getEventListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { BedrockInstrumentation } from "@kit/instrumentation-bedrock";
import { afterEach, describe, expect, it, vi } from "vitest";
import { awsEvent, awsStream } from "../support/aws-event-stream.js";
import { ALLOWED, bedrock, connect, seeBedrock } from "../support/bedrock.js";
import { json, type Reply } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { arrivalAt, expectNoDifference, readAll, SECRET } from "../support/ways.js";

const { ConverseCommand, ConverseStreamCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand } =
  bedrock;
const modelId = "amazon.nova-lite-v1:0";
const ASK = { modelId, messages: [{ role: "user" as const, content: [{ text: SECRET }] }] };
const INVOKE = { modelId: "meta.llama3-8b-instruct-v1:0", body: JSON.stringify({ prompt: SECRET }) };

const ANSWER = json({
  output: { message: { role: "assistant", content: [{ text: SECRET }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 1_000, outputTokens: 2_000, totalTokens: 3_000 },
});
const REFUSED = json(
  { message: "The provided model identifier is invalid." },
  { status: 400, headers: { "x-amzn-errortype": "ValidationException" } },
);
const BEGUN = [
  awsEvent("messageStart", { role: "assistant" }),
  awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: SECRET } }),
];
const STREAM = awsStream([...BEGUN, awsEvent("messageStop", { stopReason: "end_turn" })]);
const CHUNKS = awsStream(
  ["a", "b"].map((generation) =>
    awsEvent("chunk", { bytes: Buffer.from(JSON.stringify({ generation })).toString("base64") }),
  ),
);

type Way = (client: BedrockRuntimeClient) => Promise<unknown>;

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "a whole answer": [ANSWER, (client) => client.send(new ConverseCommand(ASK)), ["completed"]],
  "the client with a method for each command": [
    ANSWER,
    async (client) => {
      const whole = Object.setPrototypeOf(client, bedrock.BedrockRuntime.prototype) as InstanceType<
        typeof bedrock.BedrockRuntime
      >;
      return [whole.converse.name, await whole.converse(ASK)];
    },
    ["completed"],
  ],
  "a callback": [
    ANSWER,
    (client) =>
      new Promise((resolve) => {
        const returned: unknown = client.send(new ConverseCommand(ASK), (error, output) =>
          resolve([returned, error, output]),
        );
      }),
    [],
  ],
  "a stream": [
    STREAM,
    async (client) => {
      const { stream, ...rest } = await client.send(new ConverseStreamCommand(ASK));
      return [rest, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async (client) => {
      const { stream } = await client.send(new ConverseStreamCommand(ASK));
      for await (const first of stream ?? []) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off with an exception": [
    awsStream([...BEGUN, awsEvent("throttlingException", { message: "Wait." }, "exception")]),
    async (client) => readAll((await client.send(new ConverseStreamCommand(ASK))).stream),
    ["error"],
  ],
  "a stream that breaks off": [
    awsStream([...BEGUN, "drop"]),
    async (client) => readAll((await client.send(new ConverseStreamCommand(ASK))).stream),
    ["error"],
  ],
  "the body of a model's own format": [
    json({ generation: SECRET, stop_reason: "stop", prompt_token_count: 1, generation_token_count: 2 }),
    async (client) => String((await client.send(new InvokeModelCommand(INVOKE))).body.transformToString()),
    ["completed"],
  ],
  "a stream of a model's own format": [
    CHUNKS,
    async (client) => readAll((await client.send(new InvokeModelWithResponseStreamCommand(INVOKE))).body),
    ["completed"],
  ],
  "a command that is no model call": [
    json({ inputTokens: 7 }),
    (client) => client.send(new bedrock.CountTokensCommand({ modelId, input: { converse: ASK } })),
    [],
  ],
  "a command of a class of one's own": [
    ANSWER,
    (client) => client.send(new (class extends ConverseCommand {})(ASK)),
    ["completed"],
  ],
  "a refusal": [REFUSED, (client) => client.send(new ConverseCommand(ASK)), ["error"]],
  "a refused stream": [REFUSED, (client) => client.send(new ConverseStreamCommand(ASK)), ["error"]],
  "an abort before the answer": [
    awsStream(["hang"]),
    async (client) => {
      const controller = new AbortController();
      const answer = client.send(new ConverseCommand(ASK), { abortSignal: controller.signal });
      await arrivalAt(stage.provider);
      controller.abort();
      return answer;
    },
    ["aborted"],
  ],
  "a signal that outlives its stream": [
    STREAM,
    async (client) => {
      const { signal } = new AbortController();
      const { stream } = await client.send(new ConverseStreamCommand(ASK), { abortSignal: signal });
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
      await readAll(stream);
      return getEventListeners(signal, "abort").length;
    },
    ["completed"],
  ],
  "an abort in the middle of a stream": [
    awsStream([...BEGUN, "hang"]),
    async (client) => {
      const controller = new AbortController();
      const { stream } = await client.send(new ConverseStreamCommand(ASK), {
        abortSignal: controller.signal,
      });
      for await (const { contentBlockDelta } of stream ?? []) if (contentBlockDelta) controller.abort();
    },
    ["aborted"],
  ],
};

const { prototype } = bedrock.BedrockRuntimeClient;
const originals = Object.getOwnPropertyDescriptors(prototype);
const stage = useStage(() => new BedrockInstrumentation(), bedrock, ALLOWED);

function see(reply: Reply, way: Way) {
  stage.provider.reset();
  return seeBedrock(stage.provider, connect(stage.provider.serve("/bedrock", reply)), way);
}

it.each(Object.entries(WAYS))(
  "shows no difference in %s, and one span at most",
  async (_, [reply, way, outcomes]) => {
    await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
  },
);

it("describes a call: model, usage, cost, server", async () => {
  const client = connect(stage.provider.serve("/bedrock", ANSWER));
  await client.send(new ConverseCommand(ASK));
  client.destroy();
  const span = (await stage.telemetry.finish()).onlySpan();
  expect(span.name).toBe(`chat ${modelId}`);
  expect(span.attributes).toMatchObject({
    "gen_ai.provider.name": "aws.bedrock",
    "gen_ai.request.model": modelId,
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 2_000,
    // 0.06 and 0.24 dollars for a million.
    "kit.cost.usd": 0.00054,
    "server.address": "127.0.0.1",
    "server.port": stage.provider.port,
  });
});

it("names a call by a prompt after no model, as the prompt has that itself", async () => {
  const client = connect(stage.provider.serve("/bedrock", ANSWER));
  const prompt = "arn:aws:bedrock:us-east-1:123456789012:prompt/ORDERINQ12:2";
  await client.send(
    new ConverseCommand({ modelId: prompt, promptVariables: { customer: { text: SECRET } } }),
  );
  client.destroy();
  const { name, attributes } = (await stage.telemetry.finish()).onlySpan();
  expect([name, attributes["gen_ai.request.model"]]).toEqual(["chat", undefined]);
  expect(attributes).toMatchObject({ "gen_ai.prompt.name": "ORDERINQ12", "gen_ai.prompt.version": "2" });
  expect(JSON.stringify(attributes)).not.toContain(SECRET);
});

it("knows the server of a stream from its first chunk on, so that all measurements of a call agree", async () => {
  const client = connect(stage.provider.serve("/bedrock", STREAM));
  await readAll((await client.send(new ConverseStreamCommand(ASK))).stream);
  client.destroy();
  const { metrics } = await stage.telemetry.finish();
  const ports = metrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes["server.port"])),
  );
  expect(ports.length).toBeGreaterThan(2);
  expect(new Set(ports)).toEqual(new Set([stage.provider.port]));
});

describe("the server of AWS that a client chooses itself", () => {
  afterEach(() => vi.unstubAllEnvs());

  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const answered = {
    handle: async ({ hostname }: { hostname: string }) => {
      asked.push(hostname);
      return { response: { statusCode: 200, headers: {}, body: Buffer.from("{}") } };
    },
  };
  let asked: string[] = [];

  it.each<[string, object, string]>([
    ["a region", { region: "eu-west-1" }, "bedrock-runtime.eu-west-1.amazonaws.com"],
    ["a region of China", { region: "cn-north-1" }, "bedrock-runtime.cn-north-1.amazonaws.com.cn"],
    [
      "FIPS",
      { region: async () => "us-east-1", useFipsEndpoint: true },
      "bedrock-runtime-fips.us-east-1.amazonaws.com",
    ],
    ["the environment", { region: "us-east-1" }, "litellm.example"],
    [
      "a region in spite of the environment",
      { region: "us-east-1", ignoreConfiguredEndpointUrls: true },
      "bedrock-runtime.us-east-1.amazonaws.com",
    ],
  ])("is told by %s", async (by, config, host) => {
    if (by.includes("environment"))
      vi.stubEnv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://litellm.example/aws");
    asked = [];
    const client = new bedrock.BedrockRuntimeClient({
      ...config,
      credentials,
      requestHandler: answered as never,
    });
    await client.send(new ConverseCommand(ASK));
    await client.send(new ConverseCommand(ASK));
    expect(asked).toEqual([host, host]);
    const attributes = { "server.address": host, "gen_ai.provider.name": "aws.bedrock" };
    expect((await stage.telemetry.finish()).spans).toMatchObject([{ attributes }, { attributes }]);
  });
});

const WORDS = `${SECRET} and more`;

it.each([
  { inputText: WORDS, dimensions: 3 },
  { message: WORDS },
  { unknown: { words: WORDS } },
  { prompt: WORDS },
])("repeats nothing of the body %j that an error quotes, but names the model", async (body) => {
  const message = `Value '${WORDS}' at 'body' is too long for ${modelId}`;
  const refused = json({ message }, { status: 400, headers: { "x-amzn-errortype": "ValidationException" } });
  const client = connect(stage.provider.serve("/bedrock", refused));
  const command = new InvokeModelCommand({ modelId, body: Buffer.from(JSON.stringify(body)) });
  await expect(client.send(command)).rejects.toThrow(SECRET);
  client.destroy();
  const { status } = (await stage.telemetry.finish()).onlySpan();
  expect(status.message).toBe(`Value '…' at 'body' is too long for ${modelId}`);
});

it("says of a stream that was aborted who closed it, not how the connection went", async () => {
  const client = connect(stage.provider.serve("/bedrock", awsStream([...BEGUN, "hang"])));
  const controller = new AbortController();
  const { stream } = await client.send(new ConverseStreamCommand(ASK), { abortSignal: controller.signal });
  const left = (async () => {
    for await (const { contentBlockDelta } of stream ?? []) if (contentBlockDelta) controller.abort();
  })();
  await expect(left).rejects.toThrow("aborted");
  client.destroy();
  const { attributes } = (await stage.telemetry.finish()).onlySpan();
  expect(attributes["error.type"]).toBe("AbortError");
});

it("calls what the client inherits, whoever patched that in the meantime", async () => {
  const parent = Object.getPrototypeOf(prototype) as { send: (...args: unknown[]) => unknown };
  const { send } = parent;
  let calls = 0;
  parent.send = function (...args) {
    calls += 1;
    return Reflect.apply(send, this, args);
  };
  const client = connect(stage.provider.serve("/bedrock", ANSWER));
  await client.send(new ConverseCommand(ASK));
  client.destroy();
  parent.send = send;
  expect(calls).toBe(1);
  expect((await stage.telemetry.finish()).spans).toHaveLength(1);
});

it("leaves no trace on the client's class when it is disabled", () => {
  expect(Object.hasOwn(prototype, "send")).toBe(true);
  expect([prototype.send.name, prototype.send.length]).toEqual(["send", 3]);
  stage.instrumentation.disable();
  expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
});
