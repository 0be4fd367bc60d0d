import type {
  BedrockAgentRuntimeClient,
  InvokeAgentCommandInput,
  InvokeInlineAgentCommandInput,
} from "@aws-sdk/client-bedrock-agent-runtime";
import { BedrockInstrumentation } from "@kit/instrumentation-bedrock";
import { describe, expect, it } from "vitest";
import { awsEvent, awsStream } from "../support/aws-event-stream.js";
import { ALLOWED, agents, connectAgents, seeBedrock } from "../support/bedrock.js";
import { json, type Reply } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { Telemetry } from "../support/telemetry.js";
import { arrivalAt, expectNoDifference, readAll, SECRET } from "../support/ways.js";

const { InvokeAgentCommand, InvokeInlineAgentCommand, RetrieveCommand, RerankCommand } = agents;
const { RetrieveAndGenerateCommand, RetrieveAndGenerateStreamCommand } = agents;

const ASK = {
  agentId: "AGENT12345",
  agentAliasId: "TSTALIASID",
  sessionId: "session-1",
  inputText: SECRET,
} satisfies InvokeAgentCommandInput;
const foundationModel = "amazon.nova-lite-v1:0";
const INLINE = {
  agentName: "guide",
  foundationModel,
  instruction: `Be ${SECRET}.`,
  sessionId: "session-2",
  inputText: SECRET,
} satisfies InvokeInlineAgentCommandInput;
const query = { text: SECRET };
const QUERY = {
  knowledgeBaseId: "KB12345678",
  retrievalQuery: query,
  retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 3 } },
};
const modelArn = `arn:aws:bedrock:us-east-1::foundation-model/${foundationModel}`;
const GENERATE = {
  input: query,
  retrieveAndGenerateConfiguration: {
    type: "KNOWLEDGE_BASE" as const,
    knowledgeBaseConfiguration: {
      knowledgeBaseId: "KB12345678",
      modelArn,
      generationConfiguration: { inferenceConfig: { textInferenceConfig: { temperature: 0, maxTokens: 9 } } },
    },
  },
};
const rankingModel = "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0";
const RANK = {
  queries: [{ type: "TEXT" as const, textQuery: query }],
  sources: [
    {
      type: "INLINE" as const,
      inlineDocumentSource: { type: "TEXT" as const, textDocument: { text: SECRET } },
    },
  ],
  rerankingConfiguration: {
    type: "BEDROCK_RERANKING_MODEL" as const,
    bedrockRerankingConfiguration: { numberOfResults: 1, modelConfiguration: { modelArn: rankingModel } },
  },
};

const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString("base64");
const chunk = (text: string | Uint8Array) => awsEvent("chunk", { bytes: base64(text) });
const step = (traceId: string, model: string, inputTokens: number, outputTokens: number, of: object = {}) => [
  awsEvent("trace", {
    agentVersion: "3",
    ...of,
    trace: {
      orchestrationTrace: { modelInvocationInput: { traceId, foundationModel: model, text: SECRET } },
    },
  }),
  awsEvent("trace", {
    agentVersion: "3",
    ...of,
    trace: {
      orchestrationTrace: {
        modelInvocationOutput: {
          traceId,
          rawResponse: { content: SECRET },
          metadata: { usage: { inputTokens, outputTokens } },
        },
      },
    },
  }),
];
const SPOKEN = [chunk(SECRET), chunk(" and more")];
const STREAM = awsStream(SPOKEN);
const FOUND = json({
  retrievalResults: [
    { documentId: "doc-1", content: { text: SECRET }, score: 0.75, metadata: { page: 7 } },
    { content: { text: SECRET }, location: { type: "S3", s3Location: { uri: `s3://a/${SECRET}` } } },
  ],
});
const GENERATED = json({ sessionId: "session-3", output: { text: SECRET } });
const GENERATING = generating();
const REFUSED = json(
  { message: "Agent not found." },
  { status: 404, headers: { "x-amzn-errortype": "ResourceNotFoundException" } },
);

/** The id of the session comes in a header. */
function generating(): Reply {
  const reply = awsStream([
    awsEvent("output", { text: SECRET }),
    awsEvent("citation", { citation: { generatedResponsePart: { textResponsePart: { text: SECRET } } } }),
    awsEvent("output", { text: "!" }),
  ]);
  return { ...reply, headers: { ...reply.headers, "x-amzn-bedrock-knowledge-base-session-id": "session-3" } };
}

async function ask(client: BedrockAgentRuntimeClient, input: object = {}) {
  const { completion, ...rest } = await client.send(new InvokeAgentCommand({ ...ASK, ...input }));
  return [rest, await readAll(completion)];
}

type Way = (client: BedrockAgentRuntimeClient) => Promise<unknown>;

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "an agent's answer": [STREAM, (client) => ask(client), ["completed"]],
  "the client with a method for each command": [
    STREAM,
    async (client) => {
      const whole = Object.setPrototypeOf(client, agents.BedrockAgentRuntime.prototype) as InstanceType<
        typeof agents.BedrockAgentRuntime
      >;
      return [whole.invokeAgent.name, await readAll((await whole.invokeAgent(ASK)).completion)];
    },
    ["completed"],
  ],
  "a callback": [
    STREAM,
    (client) =>
      new Promise((resolve) => {
        client.send(new InvokeAgentCommand(ASK), async (error, output) =>
          resolve([error, await readAll(output?.completion)]),
        );
      }),
    [],
  ],
  "an answer left early": [
    STREAM,
    async (client) => {
      const { completion } = await client.send(new InvokeAgentCommand(ASK));
      for await (const first of completion ?? []) return first;
    },
    ["cancelled"],
  ],
  "an answer that fails in the middle": [
    awsStream([
      ...SPOKEN,
      awsEvent("dependencyFailedException", { message: `After ${SECRET}` }, "exception"),
    ]),
    (client) => ask(client),
    ["error"],
  ],
  "an answer that breaks off": [awsStream([...SPOKEN, "drop"]), (client) => ask(client), ["error"]],
  "an agent that is not there": [REFUSED, (client) => ask(client), ["error"]],
  "an abort before the answer": [
    awsStream(["hang"]),
    async (client) => {
      const controller = new AbortController();
      const answer = client.send(new InvokeAgentCommand(ASK), { abortSignal: controller.signal });
      await arrivalAt(stage.provider);
      controller.abort();
      return answer;
    },
    ["aborted"],
  ],
  "an abort in the middle of an answer": [
    awsStream([...SPOKEN, "hang"]),
    async (client) => {
      const controller = new AbortController();
      const { completion } = await client.send(new InvokeAgentCommand(ASK), {
        abortSignal: controller.signal,
      });
      for await (const { chunk } of completion ?? []) if (chunk) controller.abort();
    },
    ["aborted"],
  ],
  "an agent that the call describes": [
    STREAM,
    async (client) => readAll((await client.send(new InvokeInlineAgentCommand(INLINE))).completion),
    ["completed"],
  ],
  "a retrieval": [FOUND, (client) => client.send(new RetrieveCommand(QUERY)), ["completed"]],
  "a retrieval page by page": [
    FOUND,
    (client) => readAll(agents.paginateRetrieve({ client }, QUERY)),
    ["completed"],
  ],
  "a refused retrieval": [REFUSED, (client) => client.send(new RetrieveCommand(QUERY)), ["error"]],
  "a ranking": [
    json({ results: [{ index: 0, relevanceScore: 0.5 }] }),
    (client) => client.send(new RerankCommand(RANK)),
    ["completed"],
  ],
  "an answer from a knowledge base": [
    GENERATED,
    (client) => client.send(new RetrieveAndGenerateCommand(GENERATE)),
    ["completed"],
  ],
  "a streamed answer from a knowledge base": [
    GENERATING,
    async (client) => {
      const { stream, ...rest } = await client.send(new RetrieveAndGenerateStreamCommand(GENERATE));
      return [rest, await readAll(stream)];
    },
    ["completed"],
  ],
  "a command that asks no agent": [
    json({ sessionId: "1", sessionArn: "arn", sessionStatus: "ACTIVE", createdAt: "2026-01-01T00:00:00Z" }),
    (client) => client.send(new agents.CreateSessionCommand({})),
    [],
  ],
  "a command of a class of one's own": [
    FOUND,
    (client) => client.send(new (class extends RetrieveCommand {})(QUERY)),
    ["completed"],
  ],
};

const { prototype } = agents.BedrockAgentRuntimeClient;
const originals = Object.getOwnPropertyDescriptors(prototype);
const stage = useStage(() => new BedrockInstrumentation(), agents, ALLOWED);

function see(reply: Reply, way: Way) {
  stage.provider.reset();
  return seeBedrock(stage.provider, connectAgents(stage.provider.serve("/agents", reply)), way);
}

it.each(Object.entries(WAYS))(
  "shows no difference in %s, and one span at most",
  async (_, [reply, way, outcomes]) => {
    await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
  },
);

/** The one span of what is done. */
async function spanOf(reply: Reply, way: Way, telemetry = stage.telemetry) {
  const client = connectAgents(stage.provider.serve("/agents", reply));
  await way(client).catch(() => {});
  client.destroy();
  return (await telemetry.finish()).onlySpan();
}

describe("a span", () => {
  it("tells an agent, its session, its version and what all its models used and cost", async () => {
    const stream = awsStream([
      ...step("1", foundationModel, 1_000, 200),
      ...step("2", "amazon.nova-pro-v1:0", 100, 0, { collaboratorName: "helper", agentVersion: "9" }),
      ...SPOKEN,
    ]);
    const { name, attributes } = await spanOf(stream, (client) => ask(client, { enableTrace: true }));
    expect(name).toBe("invoke_agent");
    expect(attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "aws.bedrock",
      "gen_ai.agent.id": "AGENT12345",
      "gen_ai.agent.version": "3",
      "gen_ai.conversation.id": "session-1",
      "gen_ai.usage.input_tokens": 1_100,
      "gen_ai.usage.output_tokens": 200,
      // 0.06 and 0.24 dollars for a million of the one, 0.80 of the other.
      "kit.cost.usd": expect.closeTo(0.000188, 9),
      "server.address": "127.0.0.1",
      "server.port": stage.provider.port,
    });
  });

  it("tells no cost where one of the models has no known price", async () => {
    const stream = awsStream([...step("1", foundationModel, 1, 1), ...step("2", "unheard-of", 1, 1)]);
    const { attributes } = await spanOf(stream, (client) => ask(client));
    expect(attributes).toMatchObject({ "gen_ai.usage.input_tokens": 2 });
    expect(attributes["kit.cost.usd"]).toBeUndefined();
  });

  it("keeps what an agent used until its answer failed", async () => {
    const failure = awsEvent("throttlingException", { message: "Wait." }, "exception");
    const { attributes } = await spanOf(
      awsStream([...step("1", foundationModel, 10, 5), failure]),
      (client) => ask(client),
    );
    expect(attributes).toMatchObject({
      "error.type": "ThrottlingException",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    });
  });

  it("tells no usage where no steps were asked for", async () => {
    const { attributes } = await spanOf(STREAM, (client) => ask(client));
    expect(Object.keys(attributes).filter((name) => /usage|cost/.test(name))).toEqual([]);
  });

  it("is named after an agent that the call describes, and tells its one model", async () => {
    const way = (input: object) => async (client: BedrockAgentRuntimeClient) =>
      readAll((await client.send(new InvokeInlineAgentCommand({ ...INLINE, ...input }))).completion);
    const { name, attributes } = await spanOf(STREAM, way({}));
    expect(name).toBe("invoke_agent guide");
    expect(attributes).toMatchObject({
      "gen_ai.agent.name": "guide",
      "gen_ai.request.model": foundationModel,
      "gen_ai.conversation.id": "session-2",
    });
  });

  it("is never named after the model of an agent without a name", async () => {
    const { agentName: _, ...nameless } = INLINE;
    const { name } = await spanOf(STREAM, async (client) =>
      readAll((await client.send(new InvokeInlineAgentCommand(nameless))).completion),
    );
    expect(name).toBe("invoke_agent");
  });

  it("is named after the knowledge base that is searched", async () => {
    const { name, attributes } = await spanOf(FOUND, (client) => client.send(new RetrieveCommand(QUERY)));
    expect(name).toBe("retrieval KB12345678");
    expect(attributes).toMatchObject({
      "gen_ai.provider.name": "aws.bedrock",
      "gen_ai.data_source.id": "KB12345678",
      "gen_ai.retrieval.top_k": 3,
      "server.address": "127.0.0.1",
    });
  });

  it("is named after the model that ranks", async () => {
    const { name, attributes } = await spanOf(json({ results: [] }), (client) =>
      client.send(new RerankCommand(RANK)),
    );
    expect(name).toBe(`rerank ${rankingModel}`);
    expect(attributes["gen_ai.retrieval.top_k"]).toBe(1);
  });

  it.each<[string, Reply, Way]>([
    ["whole", GENERATED, (client) => client.send(new RetrieveAndGenerateCommand(GENERATE))],
    [
      "streamed",
      GENERATING,
      async (client) => readAll((await client.send(new RetrieveAndGenerateStreamCommand(GENERATE))).stream),
    ],
  ])("tells the model that answers from a knowledge base, %s", async (how, reply, way) => {
    const { name, attributes } = await spanOf(reply, way);
    expect(name).toBe(`chat ${modelArn}`);
    expect(attributes).toMatchObject({
      "gen_ai.request.model": modelArn,
      "gen_ai.request.temperature": 0,
      "gen_ai.request.max_tokens": 9,
      "gen_ai.conversation.id": "session-3",
      "aws.bedrock.knowledge_base.id": "KB12345678",
      "kit.usage.missing": true,
    });
    expect(attributes["gen_ai.request.stream"]).toBe(how === "streamed" ? true : undefined);
  });
});

describe("content that was asked for", () => {
  async function contentOf(reply: Reply, way: Way) {
    const telemetry = new Telemetry({ capture: "SPAN_ONLY", ...ALLOWED });
    const instrumentation = telemetry.observe(
      new BedrockInstrumentation({ captureMessageContent: "SPAN_ONLY" }),
    );
    stage.instrumentation.disable();
    instrumentation.manuallyInstrument(agents);
    const { attributes } = await spanOf(reply, way, telemetry).finally(() => instrumentation.disable());
    const read = (name: string) => JSON.parse(String(attributes[name] ?? "null"));
    return { attributes, read };
  }

  it("is what an agent is told and what it says, in pieces that split a character", async () => {
    const euro = new TextEncoder().encode("€");
    const { read } = await contentOf(
      awsStream([chunk("5 "), chunk(euro.slice(0, 1)), chunk(euro.slice(1))]),
      (client) => ask(client),
    );
    const said = (role: string, content: string) => [{ role, parts: [{ type: "text", content }] }];
    expect(read("gen_ai.input.messages")).toEqual(said("user", SECRET));
    expect(read("gen_ai.output.messages")).toEqual(said("assistant", "5 €"));
  });

  it("is what an agent asks the application for, and what came of it", async () => {
    const parameters = [{ name: "city", type: "string", value: "Rome" }];
    const control = awsEvent("returnControl", {
      invocationId: "call-1",
      invocationInputs: [{ functionInvocationInput: { actionGroup: "g", function: "weather", parameters } }],
    });
    const functionResult = {
      actionGroup: "g",
      function: "weather",
      responseBody: { TEXT: { body: "sunny" } },
    };
    const { read } = await contentOf(awsStream([control]), (client) =>
      ask(client, {
        inputText: undefined,
        sessionState: { invocationId: "call-0", returnControlInvocationResults: [{ functionResult }] },
      }),
    );
    expect(read("gen_ai.input.messages")).toEqual([
      { role: "tool", parts: [{ type: "tool_call_response", id: "call-0", response: "sunny" }] },
    ]);
    expect(read("gen_ai.output.messages")).toEqual([
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "call-1", name: "weather", arguments: { city: "Rome" } }],
      },
    ]);
  });

  it("is the query and what was found", async () => {
    const { attributes, read } = await contentOf(FOUND, (client) => client.send(new RetrieveCommand(QUERY)));
    expect(attributes["gen_ai.retrieval.query.text"]).toBe(SECRET);
    expect(read("gen_ai.retrieval.documents")).toEqual([
      { id: "doc-1", score: 0.75, content: { text: SECRET }, metadata: { page: 7 } },
      { content: { text: SECRET }, location: { type: "S3", s3Location: { uri: `s3://a/${SECRET}` } } },
    ]);
  });

  it("is the answer from a knowledge base with its citations", async () => {
    const { read } = await contentOf(GENERATING, async (client) =>
      readAll((await client.send(new RetrieveAndGenerateStreamCommand(GENERATE))).stream),
    );
    expect(read("gen_ai.output.messages")[0].parts).toMatchObject([
      { type: "text", content: `${SECRET}!` },
      { type: "citations" },
    ]);
  });
});

it("leaves no trace on the client's class when it is disabled", () => {
  expect(Object.hasOwn(prototype, "send")).toBe(true);
  stage.instrumentation.disable();
  expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(originals);
});
