import { describe, expect, it } from "vitest";
import { type ConversationEvent, ConversationFold } from "./conversation-fold.js";
import { conversations } from "./conversations.js";

type Calls = ReturnType<typeof conversations>;

function ask(calls: Calls, method: string, params: object) {
  const request = calls[method]?.request(params as never);
  if (request === undefined) throw new Error(`no ${method}`);
  return {
    request,
    answer: (body: object) => calls[method]?.response?.(body as never, request),
  };
}

const on = (conversationId: string, member: string, asked: object = {}) => ({
  conversationId,
  [member]: { inputs: "Hi", ...asked },
});

describe("a conversation", () => {
  it("is a chat with a model, with its parameters", () => {
    const completionArgs = {
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      randomSeed: 0,
      stop: ["END"],
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      reasoningEffort: "high",
      responseFormat: { type: "json_object" },
    };
    const params = { model: "m", inputs: "Hi", completionArgs };
    expect(ask(conversations(), "startStream", params).request).toMatchObject({
      operation: "chat",
      model: "m",
      stream: true,
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      seed: 0,
      stopSequences: ["END"],
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      reasoningLevel: "high",
      outputType: "json",
    });
  });

  it("calls an agent, of the version that is asked for, in no stream of the conventions", () => {
    const params = { agentId: "ag_1", agentVersion: 3, inputs: "Hi" };
    const { request } = ask(conversations(), "startStream", params);
    expect(request).toMatchObject({ operation: "invoke_agent", model: undefined, stream: undefined });
    expect(request.attributes).toEqual({ "gen_ai.agent.id": "ag_1", "gen_ai.agent.version": "3" });
  });

  it("goes on with whom it was started, also from an earlier entry, which makes another", () => {
    const calls = conversations();
    ask(calls, "start", { agentId: "ag_1", inputs: "Hi" }).answer({ conversationId: "c1" });
    ask(calls, "start", { model: "m", inputs: "Hi" }).answer({ conversationId: "c2" });
    expect(ask(calls, "append", on("c1", "conversationAppendRequest")).request).toMatchObject({
      operation: "invoke_agent",
      attributes: { "gen_ai.agent.id": "ag_1" },
      conversationId: "c1",
    });
    const again = ask(calls, "restart", on("c2", "conversationRestartRequest"));
    expect(again.request).toMatchObject({ operation: "chat", model: "m", conversationId: "c2" });
    expect(again.answer({ conversationId: "c3" })).toMatchObject({ conversationId: "c3" });
    const last = ask(calls, "appendStream", on("c3", "conversationAppendStreamRequest"));
    expect(last.request).toMatchObject({ operation: "chat", model: "m", stream: true });
  });

  it("that another process started is a chat, until an answer names an agent", () => {
    const calls = conversations();
    const first = ask(calls, "append", on("c1", "conversationAppendRequest"));
    expect(first.request).toMatchObject({ operation: "chat", model: undefined });
    const outputs = [
      { type: "message.output", agentId: "ag_1", model: "m" },
      { type: "message.output", agentId: "ag_2", model: "n" },
    ];
    expect(first.answer({ conversationId: "c1", outputs })).toMatchObject({ model: "n" });
    const { request, answer } = ask(calls, "restartStream", on("c1", "conversationRestartStreamRequest"));
    expect(request).toMatchObject({
      operation: "invoke_agent",
      attributes: { "gen_ai.agent.id": "ag_1" },
    });
    expect(answer({ conversationId: "c2", outputs })?.model).toBeUndefined();
  });

  it("is forgotten when a thousand others began since", () => {
    const calls = conversations();
    const start = (id: string) => ask(calls, "start", { model: "m" }).answer({ conversationId: id });
    const modelOf = (id: string) => ask(calls, "append", on(id, "conversationAppendRequest")).request.model;
    for (let each = 0; each < 1_000; each++) start(`c${each}`);
    start("c999");
    expect(modelOf("c0")).toBe("m");
    start("c1000");
    expect([modelOf("c0"), modelOf("c1"), modelOf("c1000")]).toEqual([undefined, "m", "m"]);
  });
});

it.each([
  ["nothing of connectors", { promptTokens: 16, completionTokens: 3, totalTokens: 19 }, 16],
  ["none", { promptTokens: 16, completionTokens: 3, totalTokens: 19, connectorTokens: null }, 16],
  [
    "what they found beside the prompt",
    { promptTokens: 95, completionTokens: 209, totalTokens: 399, connectorTokens: 95 },
    190,
  ],
  [
    "what is part of the prompt",
    { promptTokens: 95, completionTokens: 5, totalTokens: 100, connectorTokens: 5 },
    95,
  ],
])("counts as input %s", (_, usage, input) => {
  const facts = ask(conversations(), "start", { model: "m" }).answer({ usage });
  expect(facts?.usage).toMatchObject({ input, output: usage.completionTokens });
});

describe("a streamed answer", () => {
  const EVENTS: readonly ConversationEvent["data"][] = [
    { type: "conversation.response.started", conversationId: "c1" },
    { type: "agent.handoff.started", outputIndex: 0, id: "h1", previousAgentId: "a1", agentId: "a1" },
    { type: "agent.handoff.done", outputIndex: 0, id: "h1", nextAgentId: "a2" },
    { type: "tool.execution.started", outputIndex: 1, id: "t1", name: "web_search", arguments: "" },
    { type: "tool.execution.delta", outputIndex: 1, id: "t1", name: "web_search", arguments: '{"query"' },
    { type: "tool.execution.delta", outputIndex: 1, id: "t1", name: "web_search", arguments: ':"a"}' },
    { type: "tool.execution.done", outputIndex: 1, id: "t1", name: "web_search", info: { found: 1 } },
    { type: "message.output.delta", outputIndex: 2, id: "m1", content: "He", agentId: "a2", model: "m" },
    { type: "message.output.delta", outputIndex: 2, id: "m1", content: "re", contentIndex: 0 },
    {
      type: "message.output.delta",
      outputIndex: 2,
      id: "m1",
      content: { type: "tool_reference", tool: "web_search", title: "a" },
      contentIndex: 1,
    },
    { type: "message.output.delta", outputIndex: 2, id: "m1", content: "!", contentIndex: 2 },
    { type: "function.call.delta", outputIndex: 3, id: "f1", toolCallId: "x", name: "f", arguments: '{"a' },
    { type: "function.call.delta", outputIndex: 3, id: "f2", toolCallId: "y", name: "g", arguments: "{}" },
    { type: "function.call.delta", outputIndex: 3, id: "f1", toolCallId: "x", name: "f", arguments: '":1}' },
    { type: "UNKNOWN", raw: { type: "novelty.delta" }, isUnknown: true },
    null,
    { type: "conversation.response.done", usage: { promptTokens: 1 } as never },
  ];
  const folded = (content: boolean, events = EVENTS) => {
    const fold = new ConversationFold(content);
    for (const data of events) fold.add(data === undefined ? {} : { data });
    return fold.body();
  };

  it("has the entries of an answer at once", () => {
    expect(folded(true)).toEqual({
      conversationId: "c1",
      usage: { promptTokens: 1 },
      outputs: [
        {
          type: "agent.handoff",
          id: "h1",
          previousAgentId: "a1",
          nextAgentId: "a2",
          agentId: "a1",
        },
        {
          type: "tool.execution",
          id: "t1",
          name: "web_search",
          arguments: '{"query":"a"}',
          info: { found: 1 },
        },
        {
          type: "message.output",
          id: "m1",
          agentId: "a2",
          model: "m",
          content: [
            { type: "text", text: "Here" },
            { type: "tool_reference", tool: "web_search", title: "a" },
            { type: "text", text: "!" },
          ],
        },
        { type: "function.call", id: "f1", toolCallId: "x", name: "f", arguments: '{"a":1}' },
        { type: "function.call", id: "f2", toolCallId: "y", name: "g", arguments: "{}" },
      ],
    });
  });

  it("keeps only who answered if content is not wanted", () => {
    expect(folded(false).outputs).toEqual([{ agentId: "a1", model: "m" }]);
  });

  it("has the error that ended it", () => {
    const error = { type: "conversation.response.error", code: 3000, message: "no" };
    expect(folded(true, [error])).toEqual({ outputs: [], error: { code: 3000, message: "no" } });
  });
});
