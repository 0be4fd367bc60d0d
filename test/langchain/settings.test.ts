import { agent } from "@kit/tracing";
import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { completion } from "../support/provider/openai-answers.js";
import { answerWeather } from "./answers.js";
import { type Any, loader, Stage, toyModel, VERSIONS } from "./support.js";

let stage: Stage;
afterEach(() => stage.close());

describe.each(VERSIONS)("%s", (version) => {
  it("records every model call itself if so configured, with what the client learned", async () => {
    stage = new Stage(version, { inferenceSpans: "always" });
    await (await stage.chatOpenAI(completion())).invoke("Hi");
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual([
      "@kit/instrumentation-langchain",
    ]);
    expect(spans[0]?.attributes).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.usage.input_tokens": 9,
      "server.address": "127.0.0.1",
    });
  });

  it("records no model call if so configured", async () => {
    stage = new Stage(version, { inferenceSpans: "never" });
    await toyModel(stage.load).invoke("Hi");
    await (await stage.chatOpenAI(completion())).invoke("Hi");
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual([
      "@kit/instrumentation-openai",
    ]);
  });

  it.each([
    ["auto", true],
    ["auto", false],
    ["always", true],
    ["never", true],
    ["never", false],
  ] as const)(
    "counts each call of an agent once: %s, with an instrumented client %s",
    async (mode, openai) => {
      // Of the application's own agent only the span comes here.
      const except = ["missing_expected", "metric_differs_from_spans"] as const;
      stage = new Stage(version, { inferenceSpans: mode }, { openai, except });
      trace.setGlobalTracerProvider(stage.telemetry.tracerProvider);
      const { tool } = stage.load("@langchain/core/tools");
      const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
      const schema = { type: "object", properties: {} };
      const tools = [tool(() => "Sunny", { name: "weather", description: "tells", schema })];
      const llm = await stage.chatOpenAI(answerWeather);
      const asked = { messages: [["user", "Hi"]] };
      await agent("boss").run(() => createReactAgent({ llm, tools }).invoke(asked));
      const { spans, metrics } = await stage.telemetry.finish();
      const usage = { "gen_ai.usage.input_tokens": 18, "gen_ai.usage.output_tokens": 6 };
      expect(spans.find(({ name }) => name === "invoke_agent")?.attributes).toMatchObject({
        ...usage,
        "gen_ai.response.finish_reasons": ["stop"],
      });
      // Of calls that nobody records the agent around is told nothing.
      const told = mode === "never" && !openai ? {} : usage;
      expect(spans.find(({ name }) => name === "invoke_agent boss")?.attributes).toMatchObject(told);
      const calls = metrics
        .flatMap((scope) => scope.metrics)
        .find(({ descriptor }) => descriptor.name === "gen_ai.invoke_agent.inference_calls");
      expect(calls?.dataPoints.map(({ value }) => (value as { sum?: number }).sum)).toEqual([2]);
    },
  );

  it("counts the calls of an agent inside another one for the inner one and for the application's around both", async () => {
    stage = new Stage(version, {}, { except: ["missing_expected", "metric_differs_from_spans"] });
    trace.setGlobalTracerProvider(stage.telemetry.tracerProvider);
    const { tool } = stage.load("@langchain/core/tools");
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const schema = { type: "object", properties: {} };
    const asked = { messages: [["user", "Hi"]] };
    const llm = await stage.chatOpenAI(answerWeather);
    const inner = createReactAgent({ llm, tools: [], name: "inner" });
    const ask = async () => void (await inner.invoke(asked));
    const tools = [tool(ask, { name: "weather", description: "asks", schema })];
    const outer = createReactAgent({ llm, tools, name: "outer" });
    await agent("boss").run(() => outer.invoke(asked));
    const input = stage.spans
      .filter(({ name }) => name.startsWith("invoke_agent"))
      .map(({ name, attributes }) => [name, attributes["gen_ai.usage.input_tokens"]]);
    // The model of the outer agent asks the inner one twice.
    expect(input).toEqual([
      ["invoke_agent inner", 18],
      ["invoke_agent inner", 18],
      ["invoke_agent outer", 18],
      ["invoke_agent boss", 54],
    ]);
    await stage.telemetry.finish();
  });

  it("leaves no span open when the events of a model cannot start", async () => {
    stage = new Stage(version, { inferenceSpans: "always" });
    // Since 1.0 the input is refused, before that the missing version.
    expect(() => toyModel(stage.load).streamEvents(5, {})).toThrow();
    expect(stage.telemetry.unended).toEqual([]);
  });

  it("ends what is still open as abandoned when the process is about to end", async () => {
    stage = new Stage(version, {}, { except: ["missing_expected"] });
    await new Promise<void>((asked) => {
      const model = toyModel(stage.load, () => new Promise(() => asked()));
      void model.pipe(String).invoke("Hi", { runName: "endless" });
    });
    stage.instrumentation.endOpenCalls();
    expect(stage.tree()).toEqual(["invoke_workflow endless", ". chat toy-1"]);
    expect(stage.spans.map(({ attributes }) => attributes["kit.outcome"])).toEqual(
      Array(2).fill("abandoned"),
    );
    await stage.telemetry.finish();
  });

  it("reads the mode from the environment, and again when the configuration changes", async () => {
    process.env.KIT_LANGCHAIN_INFERENCE_SPANS = "never";
    try {
      stage = new Stage(version);
      await toyModel(stage.load).invoke("Hi");
      expect(stage.spans).toEqual([]);
      stage.instrumentation.setConfig({ inferenceSpans: "always" });
      await toyModel(stage.load).invoke("Hi");
      expect(stage.tree()).toEqual(["chat toy-1"]);
    } finally {
      delete process.env.KIT_LANGCHAIN_INFERENCE_SPANS;
    }
  });

  it("restores every method to the identical one", () => {
    const methods = () =>
      [
        ["callbacks/manager", "CallbackManager", "_configureSync"],
        ["language_models/chat_models", "BaseChatModel", "prototype.generate"],
        ["language_models/chat_models", "BaseChatModel", "prototype._streamIterator"],
        ["language_models/llms", "BaseLLM", "prototype.generate"],
        ["tools", "StructuredTool", "prototype.call"],
        ["retrievers", "BaseRetriever", "prototype.invoke"],
        ["runnables", "RunnableSequence", "prototype.invoke"],
        ["runnables", "RunnableSequence", "prototype._streamIterator"],
        ["singletons", "AsyncLocalStorageProviderSingleton", "runWithConfig"],
      ].map(([part, name, path = ""]) =>
        path
          .split(".")
          .reduce((holder: Any, key) => holder[key], loader(version)(`@langchain/core/${part}`)[name ?? ""]),
      );
    const before = methods();
    stage = new Stage(version);
    const during = methods();
    expect(during.filter((method, index) => method === before[index])).toEqual([]);
    expect(during.map(({ name, length }) => [name, length])).toEqual(
      before.map(({ name, length }) => [name, length]),
    );
    stage.instrumentation.disable();
    expect(methods().every((method, index) => method === before[index])).toBe(true);
  });

  it("records nothing while disabled, and again when enabled", async () => {
    stage = new Stage(version);
    stage.instrumentation.disable();
    await toyModel(stage.load).invoke("Hi");
    expect(stage.spans).toEqual([]);
    stage.instrumentation.enable();
    await toyModel(stage.load).invoke("Hi");
    expect(stage.tree()).toEqual(["chat toy-1"]);
  });

  it("records content by the schemas when asked to", async () => {
    stage = new Stage(version, { captureMessageContent: true }, { except: ["missing_expected"] });
    const { HumanMessage, SystemMessage, ToolMessage } = stage.load("@langchain/core/messages");
    const model = toyModel(stage.load, () => ({
      content: "Hello",
      tool_calls: [{ id: "call_1", name: "weather", args: { city: "Oslo" }, type: "tool_call" }],
    }));
    await model.invoke([
      new SystemMessage("Be brief."),
      new HumanMessage({
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      }),
      new ToolMessage({ tool_call_id: "call_0", content: '{"ok":true}' }),
    ]);
    for await (const { content } of await toyModel(stage.load).stream("Hi")) if (content === "l") break;
    const { tool } = stage.load("@langchain/core/tools");
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const weather = tool(() => "Sunny", { name: "weather", description: "tells", schema });
    await weather.invoke({ city: "Oslo" });
    const { spans } = await stage.telemetry.finish();
    const read = (index: number, name: string) => {
      const value = spans[index]?.attributes[name];
      return typeof value === "string" && value.startsWith("[") ? JSON.parse(value) : value;
    };
    expect(read(0, "gen_ai.input.messages")).toEqual([
      { role: "system", parts: [{ type: "text", content: "Be brief." }] },
      {
        role: "user",
        parts: [
          { type: "text", content: "What is this?" },
          { type: "blob", modality: "image", content: "AAAA", mime_type: "image/png" },
        ],
      },
      { role: "tool", parts: [{ type: "tool_call_response", id: "call_0", response: { ok: true } }] },
    ]);
    expect(read(0, "gen_ai.output.messages")).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "text", content: "Hello" },
          { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Oslo" } },
        ],
      },
    ]);
    expect(read(1, "gen_ai.output.messages")).toEqual([
      // On some versions of Node the library reads a piece ahead.
      { role: "assistant", parts: [{ type: "text", content: expect.stringMatching(/^Hell?$/) }] },
    ]);
    expect(read(2, "gen_ai.tool.call.arguments")).toBe('{"city":"Oslo"}');
    expect(read(2, "gen_ai.tool.call.result")).toBe("Sunny");
  });
});
