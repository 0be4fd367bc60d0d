import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { tool as marked } from "@kit/tracing";
import { context, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GOOGLE_GENAI_FOLDERS, loadGoogleGenAI } from "../support/google-genai.js";
import { type Answers, event, json, ProviderServer, script } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";
import { ANSWER, PARAMS, STREAM } from "./fixture.js";

const calling = (...calls: readonly object[]) => ({
  candidates: [
    {
      content: { role: "model", parts: calls.map((functionCall) => ({ functionCall })) },
      finishReason: "STOP",
    },
  ],
});
const ADD = { id: "c1", name: "add", args: { a: 1, b: 2 } };
const functions = (...names: readonly string[]) => ({
  functionDeclarations: names.map((name) => ({ name, description: `Can ${name}.` })),
});

describe.each(GOOGLE_GENAI_FOLDERS)("%s", async (folder) => {
  const sdk = await loadGoogleGenAI(folder);

  let provider: ProviderServer;
  let instrumentation: GoogleGenAIInstrumentation | undefined;
  let telemetry: Telemetry;
  beforeAll(async () => {
    provider = await ProviderServer.start();
  });
  afterAll(() => provider.close());
  afterEach(() => instrumentation?.disable());

  const start = (capture: "SPAN_ONLY" | "NO_CONTENT") => {
    instrumentation?.disable();
    telemetry = new Telemetry({ capture, except: ["missing_expected"] });
    instrumentation = telemetry.observe(new GoogleGenAIInstrumentation({ captureMessageContent: capture }));
    instrumentation.manuallyInstrument(sdk.exports);
  };
  beforeEach(() => start("SPAN_ONLY"));

  const client = (answers: Answers) =>
    new sdk.GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: provider.serve("/google", answers) } });
  const tools = async () =>
    (await telemetry.finish()).spans.filter(({ name }) => name.startsWith("execute_tool"));
  const ask = (answers: Answers, ...tools: readonly object[]) =>
    client(answers).models.generateContent({ ...PARAMS, config: { tools: tools as never } });

  const calculator = (inside = () => {}) => ({
    tool: async () => functions("add", "divide"),
    callTool: async (calls: readonly { id?: string; name?: string; args?: { a?: number; b?: number } }[]) => {
      inside();
      return calls.map(({ name, args: { a = 0, b = 0 } = {} }) => {
        const response = name === "divide" ? { error: "by zero" } : { sum: a + b };
        return { functionResponse: name === "look" ? {} : { name, response } };
      });
    },
  });

  it("describes a function that the SDK runs, beside the model's calls", async () => {
    const tracer = telemetry.tracerProvider.getTracer("app");
    const outer = tracer.startSpan("outer");
    const tool = calculator(() => tracer.startSpan("inside").end());
    await context.with(trace.setSpan(context.active(), outer), () => ask([json(calling(ADD)), ANSWER], tool));
    outer.end();
    const { spans } = await telemetry.finish();
    const parentOf = (name: string) => {
      const id = spans.find((span) => span.name === name)?.parentSpanContext?.spanId;
      return spans.find((span) => span.spanContext().spanId === id)?.name;
    };
    expect(spans.filter(({ name }) => name.startsWith("generate_content"))).toHaveLength(2);
    expect([parentOf("execute_tool add"), parentOf("inside")]).toEqual(["outer", "execute_tool add"]);
    expect(spans.find(({ name }) => name === "execute_tool add")?.attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "add",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.description": "Can add.",
      "gen_ai.tool.call.id": "c1",
      "gen_ai.tool.call.arguments": '{"a":1,"b":2}',
      "gen_ai.tool.call.result": '{"sum":3}',
    });
  });

  it("tells several calls apart that one object runs at once, and leaves those to others that are theirs", async () => {
    const calls = [
      ADD,
      { name: "divide", args: { a: 1 } },
      { id: "c3", name: "add", args: { a: 5 } },
      { name: "look" },
    ];
    const look = {
      tool: async () => functions("look"),
      callTool: async () => [{ functionResponse: { name: "look", response: { output: "here" } } }],
    };
    await ask([json(calling(...calls)), ANSWER], calculator(), look);
    const told = (await tools()).map(({ name, attributes, status }) => [
      name,
      attributes["gen_ai.tool.call.id"],
      attributes["gen_ai.tool.call.result"],
      attributes["error.type"],
      status.code,
    ]);
    expect(told).toEqual([
      ["execute_tool add", "c1", '{"sum":3}', undefined, 0],
      ["execute_tool divide", undefined, undefined, "tool_error", 2],
      ["execute_tool add", "c3", '{"sum":5}', undefined, 0],
      ["execute_tool look", undefined, '{"output":"here"}', undefined, 0],
    ]);
  });

  it("counts no run twice that the application marks as a tool too, alone or with others", async () => {
    const add = marked("add", async () => 3);
    const own = {
      tool: async () => functions("add"),
      callTool: (calls: readonly unknown[]) =>
        Promise.all(
          calls.map(async () => ({ functionResponse: { name: "add", response: { sum: await add() } } })),
        ),
    };
    await ask([json(calling(ADD)), json(calling(ADD, ADD)), ANSWER], own);
    expect(await tools()).toHaveLength(3);
  });

  it("describes the functions of a stream and of a chat", async () => {
    const answers = [script([event(calling(ADD))]), STREAM];
    const chat = client(answers).chats.create({ model: "m", config: { tools: [calculator() as never] } });
    for await (const _ of await chat.sendMessageStream({ message: "?" }));
    expect((await tools()).map(({ attributes }) => attributes["gen_ai.tool.call.result"])).toEqual([
      '{"sum":3}',
    ]);
  });

  it("records neither arguments nor results without content", async () => {
    start("NO_CONTENT");
    await ask([json(calling(ADD)), ANSWER], calculator());
    const [span] = await tools();
    expect(Object.keys(span?.attributes ?? {}).filter((name) => /arguments|result/.test(name))).toEqual([]);
  });

  it("describes the functions of an MCP server", async () => {
    const { mcpToTool } = sdk.exports as { mcpToTool?: (client: object) => object };
    const server = {
      listTools: async () => ({
        tools: [{ name: "add", description: "Can add.", inputSchema: { type: "object" } }],
      }),
      callTool: async () => ({ content: [{ type: "text", text: "no" }], isError: true }),
    };
    const tool = mcpToTool?.(server);
    await ask([json(calling(ADD)), ANSWER], tool as object);
    expect((await tools()).map(({ name, attributes }) => [name, attributes["error.type"]])).toEqual([
      ["execute_tool add", "tool_error"],
    ]);
  });

  it("leaves clients alone that were made while it was off, except for their requests", async () => {
    instrumentation?.disable();
    const ai = client([json(calling(ADD)), ANSWER]);
    instrumentation?.enable();
    await ai.models.generateContent({ ...PARAMS, config: { tools: [calculator() as never] } });
    const { spans } = await telemetry.finish();
    expect(spans.map(({ attributes }) => attributes["gen_ai.operation.name"])).toEqual([
      "generate_content",
      "generate_content",
    ]);
  });
});
