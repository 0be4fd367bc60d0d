import { MistralInstrumentation } from "@kit/instrumentation-mistral";
import { trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import { loadMistral, MISTRAL_FOLDERS, seeMistral, type Way } from "../support/mistral.js";
import { json, type Reply, type Step, script, streamed } from "../support/provider-server.js";
import { useStage } from "../support/stage.js";
import { expectNoDifference, readAll, SECRET } from "../support/ways.js";

/** Long enough to be found where a refusal repeats it. */
const TEXT = `${SECRET} and nothing else`;
const MODEL = "mistral-small-latest";
const AGENT = "ag_1";
const FROM = "conv_1";
const SHORT = { inputs: "Hi" };
const USAGE = {
  prompt_tokens: 95,
  completion_tokens: 20,
  total_tokens: 120,
  connector_tokens: 5,
  connectors: { code_interpreter: 1 },
};
const AT = { created_at: "2026-01-01T00:00:00Z", completed_at: "2026-01-01T00:00:01Z" };
const ARGUMENTS = JSON.stringify({ code: SECRET });
const RAN = { result: [{ type: "text", text: SECRET }], code: SECRET, code_output: SECRET };

/** The entries of an answer; an agent names itself in each. */
function outputs(by: object): readonly object[] {
  const entry = { object: "entry", ...AT, model: MODEL, ...by };
  return [
    {
      ...entry,
      type: "tool.execution",
      id: "tool_1",
      name: "code_interpreter",
      arguments: ARGUMENTS,
      function: "code_interpreter",
      info: RAN,
    },
    { ...entry, type: "message.output", id: "msg_1", role: "assistant", content: SECRET },
    {
      ...entry,
      type: "function.call",
      id: "fc_1",
      tool_call_id: "call_1",
      name: "look",
      arguments: ARGUMENTS,
    },
  ];
}

const answer = (conversation_id: string, by: object = {}) =>
  json({
    object: "conversation.response",
    conversation_id,
    outputs: outputs(by),
    usage: USAGE,
    guardrails: null,
  });

const event = (type: string, data: object) =>
  Buffer.from(
    `event: ${type}\ndata: ${JSON.stringify({ type, created_at: "2026-01-01T00:00:00Z", ...data })}\n\n`,
  );
const events = (...steps: readonly Step[]) =>
  script(steps, { headers: { "content-type": "text/event-stream" } });
const tool = { output_index: 0, id: "tool_1", name: "code_interpreter", function: "code_interpreter" };
const call = { output_index: 2, id: "fc_1", tool_call_id: "call_1", name: "look", model: MODEL };
const begun = (conversation_id = "conv_1") => event("conversation.response.started", { conversation_id });
const piece = (content: unknown, by: object = {}) =>
  event("message.output.delta", {
    output_index: 1,
    id: "msg_1",
    content_index: 0,
    model: MODEL,
    role: "assistant",
    content,
    ...by,
  });
const streamedAnswer = (by: object = {}, conversation_id?: string) => [
  begun(conversation_id),
  event("tool.execution.started", { ...tool, arguments: "", model: MODEL, ...by }),
  event("tool.execution.delta", { ...tool, arguments: ARGUMENTS.slice(0, 5) }),
  event("tool.execution.delta", { ...tool, arguments: ARGUMENTS.slice(5) }),
  event("tool.execution.done", { ...tool, info: RAN }),
  piece(SECRET.slice(0, 3), by),
  piece(SECRET.slice(3), by),
  event("function.call.delta", { ...call, arguments: ARGUMENTS.slice(0, 5) }),
  event("function.call.delta", { ...call, arguments: ARGUMENTS.slice(5) }),
  event("conversation.response.done", { usage: USAGE }),
];
const STREAM = events(...streamedAnswer());
const REFUSED = json({ object: "error", message: `no such thing: ${TEXT}`, type: "x" }, { status: 400 });
const LIST = { object: "conversation.history", conversation_id: FROM, entries: [] };
const KEPT = { object: "conversation", id: FROM, created_at: AT.created_at, updated_at: AT.created_at };

const ASK = { model: MODEL, inputs: TEXT, instructions: TEXT };
const start: Way = ({ beta }) => beta.conversations.start(ASK);
const append: Way = ({ beta }) =>
  beta.conversations.append({ conversationId: FROM, conversationAppendRequest: SHORT });
const appendStream: Way = async ({ beta }) =>
  readAll(
    await beta.conversations.appendStream({ conversationId: FROM, conversationAppendStreamRequest: SHORT }),
  );
const restart: Way = ({ beta }) =>
  beta.conversations.restart({
    conversationId: FROM,
    conversationRestartRequest: { ...SHORT, fromEntryId: "msg_1" },
  });
const restartStream: Way = async ({ beta }) =>
  readAll(
    await beta.conversations.restartStream({
      conversationId: FROM,
      conversationRestartStreamRequest: { ...SHORT, fromEntryId: "msg_1" },
    }),
  );

/** What an application does, and the outcome of each span that tells of it. */
const WAYS: Readonly<Record<string, readonly [reply: Reply, way: Way, spans: readonly string[]]>> = {
  "one that is started": [answer("conv_1"), start, ["completed"]],
  "one with an agent": [
    answer("conv_1", { agent_id: AGENT }),
    ({ beta }) => beta.conversations.start({ agentId: AGENT, inputs: TEXT }),
    ["completed"],
  ],
  "one that goes on": [answer("conv_1"), append, ["completed"]],
  "one that starts again": [answer("conv_2"), restart, ["completed"]],
  "a stream": [
    STREAM,
    async ({ beta }) => {
      const stream = await beta.conversations.startStream(ASK);
      return [stream.constructor.name, stream.locked, await readAll(stream)];
    },
    ["completed"],
  ],
  "a stream of one that goes on": [STREAM, appendStream, ["completed"]],
  "a stream of one that starts again": [STREAM, restartStream, ["completed"]],
  "a stream in bytes": [
    streamed(Buffer.concat(streamedAnswer()).toString(), {
      headers: { "content-type": "text/event-stream" },
      cuts: "every byte",
    }),
    async ({ beta }) => readAll(await beta.conversations.startStream(ASK)),
    ["completed"],
  ],
  "a stream read with a reader": [
    STREAM,
    async ({ beta }) => {
      const reader = (await beta.conversations.startStream(ASK)).getReader();
      const seen: unknown[] = [];
      for (let next = await reader.read(); !next.done; next = await reader.read()) seen.push(next.value);
      return seen;
    },
    ["completed"],
  ],
  "a stream in two": [
    STREAM,
    async ({ beta }) => Promise.all((await beta.conversations.startStream(ASK)).tee().map(readAll)),
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async ({ beta }) => {
      for await (const first of await beta.conversations.startStream(ASK)) return first;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    events(begun(), piece(SECRET), "drop"),
    async ({ beta }) => readAll(await beta.conversations.startStream(ASK)),
    ["error"],
  ],
  "a stream with an error in it": [
    events(begun(), piece(SECRET), event("conversation.response.error", { message: TEXT, code: 3000 })),
    async ({ beta }) => readAll(await beta.conversations.startStream(ASK)),
    ["error"],
  ],
  "a stream that is aborted": [
    events(begun(), piece(SECRET), "hang"),
    async ({ beta }) => {
      const controller = new AbortController();
      const fetchOptions = { signal: controller.signal };
      for await (const _ of await beta.conversations.startStream(ASK, { fetchOptions })) controller.abort();
    },
    ["aborted"],
  ],
  "one that is aborted before it begins": [
    answer("conv_1"),
    ({ beta }) => beta.conversations.start(ASK, { fetchOptions: { signal: AbortSignal.abort() } }),
    ["aborted"],
  ],
  "a refusal": [REFUSED, start, ["error"]],
  "a refusal to go on": [
    REFUSED,
    ({ beta }) =>
      beta.conversations.append({
        conversationId: FROM,
        conversationAppendRequest: { inputs: [{ toolCallId: "call_1", result: TEXT }] },
      }),
    ["error"],
  ],
  "a refused stream": [REFUSED, ({ beta }) => beta.conversations.startStream(ASK), ["error"]],
  "an answer that is none": [json({ nothing: SECRET }), start, ["error"]],
  "parameters that are none": [
    answer("conv_1"),
    ({ beta }) => beta.conversations.start({ ...ASK, model: 1 } as never),
    ["error"],
  ],
  "going on without anything": [
    answer("conv_1"),
    ({ beta }) => beta.conversations.append({ conversationId: FROM } as never),
    ["error"],
  ],
  "a list of them": [json([]), ({ beta }) => beta.conversations.list(), []],
  "what one is": [
    json({ ...KEPT, model: MODEL }),
    ({ beta }) => beta.conversations.get({ conversationId: FROM }),
    [],
  ],
  "its history": [json(LIST), ({ beta }) => beta.conversations.getHistory({ conversationId: FROM }), []],
  "its messages": [
    json({ object: "conversation.messages", conversation_id: FROM, messages: [] }),
    ({ beta }) => beta.conversations.getMessages({ conversationId: FROM }),
    [],
  ],
  "its end": [
    json("", { status: 204 }),
    ({ beta }) => beta.conversations.delete({ conversationId: FROM }),
    [],
  ],
};

const options = { except: ["missing_expected"] } as const;

describe.each(MISTRAL_FOLDERS)("conversations of %s", async (folder) => {
  const sdk = await loadMistral(folder);
  const stage = useStage(() => new MistralInstrumentation(), sdk, options);
  const see = (reply: Reply, way: Way) => seeMistral(sdk, stage.provider, reply, way);
  afterEach(() => trace.disable());

  it.each(Object.entries(WAYS))(
    "show no difference in %s, and one span at most",
    async (_, [reply, way, outcomes]) => {
      await expectNoDifference(() => see(reply, way), stage.instrumentation, stage.telemetry, outcomes);
    },
  );

  it("with a model are chats", async () => {
    await see(answer("conv_9"), start);
    const { onlySpan, metrics } = await stage.telemetry.finish();
    expect(onlySpan().name).toBe(`chat ${MODEL}`);
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.conversation.id": "conv_9",
      "gen_ai.response.model": MODEL,
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "server.address": "127.0.0.1",
    });
    expect(onlySpan().attributes).not.toHaveProperty("gen_ai.response.finish_reasons");
    const names = metrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
    expect(names).toContain("gen_ai.client.inference.usage.input_tokens");
  });

  it("with an agent call it, and go on to call it in this process", async () => {
    const by = { agent_id: AGENT };
    await see(answer("conv_1", by), ({ beta }) =>
      beta.conversations.start({
        agentId: AGENT,
        agentVersion: 2,
        inputs: "Hi",
        completionArgs: { temperature: 0, reasoningEffort: "high" } as never,
      }),
    );
    await see(events(...streamedAnswer(by)), appendStream);
    await see(answer("conv_2", by), restart);
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual(["invoke_agent", "invoke_agent", "invoke_agent"]);
    expect(spans.map(({ attributes }) => attributes["gen_ai.conversation.id"])).toEqual([
      "conv_1",
      "conv_1",
      "conv_2",
    ]);
    expect(spans[0]?.attributes["gen_ai.agent.version"]).toBe("2");
    for (const { attributes } of spans)
      expect(attributes).toMatchObject({ "gen_ai.agent.id": AGENT, "gen_ai.usage.input_tokens": 100 });
  });

  it("tell what a stream reported as its end", async () => {
    const [reply, way] = WAYS["a stream with an error in it"] ?? [];
    if (reply && way) await see(reply, way);
    const { attributes, status } = (await stage.telemetry.finish()).onlySpan();
    expect(attributes).toMatchObject({ "error.type": "3000", "gen_ai.conversation.id": "conv_1" });
    expect(status.code).toBe(2);
  });
});

describe.each(MISTRAL_FOLDERS)("the content of conversations of %s", async (folder) => {
  const sdk = await loadMistral(folder);
  const captureMessageContent = "SPAN_AND_EVENT";
  const stage = useStage(() => new MistralInstrumentation({ captureMessageContent }), sdk, {
    ...options,
    capture: captureMessageContent,
  });

  const contentOf = ({ attributes }: ReadableSpan) =>
    ["system_instructions", "input.messages", "output.messages", "tool.definitions"].map((name) =>
      JSON.parse(String(attributes[`gen_ai.${name}`] ?? "null")),
    );
  const INFO = { type: "code_interpreter", ...RAN };
  const OUTPUT = [
    {
      role: "assistant",
      parts: [
        {
          type: "server_tool_call",
          id: "tool_1",
          name: "code_interpreter",
          server_tool_call: { type: "code_interpreter", arguments: { code: SECRET } },
        },
        { type: "server_tool_call_response", id: "tool_1", server_tool_call_response: INFO },
        { type: "text", content: SECRET },
        { type: "tool_call", id: "call_1", name: "look", arguments: { code: SECRET } },
      ],
    },
  ];

  it.each([
    ["at once", answer("conv_1"), start],
    [
      "in a stream",
      STREAM,
      (async ({ beta }) => readAll(await beta.conversations.startStream(ASK))) satisfies Way,
    ],
  ] as const)("is told of an answer %s", async (_, reply, way) => {
    await seeMistral(sdk, stage.provider, reply, way);
    expect(contentOf((await stage.telemetry.finish()).onlySpan())).toEqual([
      [{ type: "text", content: TEXT }],
      [{ role: "user", parts: [{ type: "text", content: TEXT }] }],
      OUTPUT,
      null,
    ]);
  });

  it("is told of entries and tools", async () => {
    await seeMistral(sdk, stage.provider, answer("conv_1"), ({ beta }) =>
      beta.conversations.start({
        model: MODEL,
        inputs: [
          { role: "user", content: [{ type: "text", text: "Hi" }] },
          { toolCallId: "call_1", name: "look", arguments: { at: 1 } },
          { toolCallId: "call_1", result: "warm" },
        ] as never,
        tools: [
          { type: "web_search" },
          { type: "function", function: { name: "look", parameters: { type: "object" } } },
        ],
      }),
    );
    const [system, input, , tools] = contentOf((await stage.telemetry.finish()).onlySpan());
    expect(system).toBeNull();
    expect(input).toEqual([
      { role: "user", parts: [{ type: "text", content: "Hi" }] },
      { role: "assistant", parts: [{ type: "tool_call", id: "call_1", name: "look", arguments: { at: 1 } }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "warm" }] },
    ]);
    expect(tools).toEqual([
      { type: "web_search", name: "web_search" },
      { type: "function", name: "look" },
    ]);
  });
});
