import { BedrockInstrumentation } from "@kit/instrumentation-bedrock";
import { CohereInstrumentation } from "@kit/instrumentation-cohere";
import { GoogleGenAIInstrumentation } from "@kit/instrumentation-google-genai";
import { GroqInstrumentation } from "@kit/instrumentation-groq";
import { KitCallbackHandler } from "@kit/instrumentation-langchain";
import { MistralInstrumentation } from "@kit/instrumentation-mistral";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { metrics, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completion } from "../support/provider/openai-answers.js";
import { answerWeather } from "./answers.js";
import { type Any, Stage, toyModel, VERSIONS } from "./support.js";

/** A class of an SDK, as far as an instrumentation looks for it. */
const classWith = (method: string) => {
  const Made = class {};
  Object.assign(Made.prototype, { [method]() {} });
  return Made;
};

class MistralClient {
  chat = new (classWith("complete"))();
}

describe.each(VERSIONS)("%s", (version) => {
  let stage: Stage;
  let handler: KitCallbackHandler;
  beforeEach(() => {
    stage = new Stage(version, {}, { except: ["missing_expected"] });
    const { tracerProvider, meterProvider, loggerProvider } = stage.telemetry;
    trace.setGlobalTracerProvider(tracerProvider);
    metrics.setGlobalMeterProvider(meterProvider);
    logs.setGlobalLoggerProvider(loggerProvider);
    handler = new KitCallbackHandler();
  });
  afterEach(async () => {
    await stage.close();
    metrics.disable();
    logs.disable();
  });

  async function runAgent(callbacks: unknown[], fields: object = {}): Promise<void> {
    const { tool } = stage.load("@langchain/core/tools");
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const weather = tool(() => "Sunny", { name: "weather", description: "tells", schema });
    const llm = await stage.chatOpenAI(answerWeather, fields);
    const agent = createReactAgent({ llm, tools: [weather], name: "assistant" });
    await agent.invoke({ messages: [["user", "What is the weather?"]] }, { callbacks });
  }

  it("nests the spans of runs without any instrumentation of LangChain", async () => {
    stage.instrumentation.disable();
    const chain = toyModel(stage.load)
      .pipe(({ content }: Any) => content)
      .pipe(toyModel(stage.load));
    await chain.invoke("Hi", { callbacks: [handler], runName: "twice" });
    expect(stage.tree()).toEqual(["invoke_workflow twice", ". chat toy-1", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("leaves calls of instrumented clients to them", async () => {
    stage.instrumentation.disable();
    await runAgent([handler]);
    const names = stage.spans.map(({ name }) => name).sort();
    expect(names).toEqual([
      "chat gpt-4o-mini",
      "chat gpt-4o-mini",
      "execute_tool weather",
      "execute_tool weather",
      "invoke_agent assistant",
    ]);
  });

  it("tells agents from other graphs by their first node", async () => {
    stage.instrumentation.disable();
    const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
    const graphOf = (node: string, work: () => object) =>
      new StateGraph(Annotation.Root({ text: Annotation }))
        .addNode(node, work)
        .addEdge(START, node)
        .addEdge(node, END)
        .compile({ name: `graph of ${node}` });
    const failing = () => {
      throw new RangeError("no");
    };
    await graphOf("agent", () => ({ text: "" })).invoke({ text: "Hi" }, { callbacks: [handler] });
    await graphOf("step", failing)
      .invoke({ text: "Hi" }, { callbacks: [handler] })
      .catch(() => {});
    // It has no node to tell by if it fails before the first.
    await expect(graphOf("agent", failing).invoke(null, { callbacks: [handler] })).rejects.toThrow();
    expect(stage.tree()).toEqual([
      "invoke_agent graph of agent",
      "invoke_workflow graph of step",
      "invoke_workflow graph of agent",
    ]);
    expect(stage.span("invoke_workflow graph of step").attributes["error.type"]).toBe("RangeError");
    await stage.telemetry.finish();
  });

  it("records calls of clients that are not instrumented", async () => {
    stage.instrumentation.disable();
    stage.openai?.disable();
    const model = await stage.chatOpenAI(completion());
    await model.invoke("Hi", { callbacks: [handler] });
    expect(stage.span("chat gpt-4o-mini").attributes).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.usage.input_tokens": 9,
    });
  });

  it("leaves the model of another provider to the client that calls it", async () => {
    stage.instrumentation.disable();
    const model = await stage.chatOpenAI(completion());
    // As ChatDeepSeek does, whose package is a subclass of ChatOpenAI and this.
    model.getLsParams = () => ({ ls_provider: "deepseek", ls_model_type: "chat" });
    await model.invoke("Hi", { callbacks: [handler] });
    expect(stage.spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual([
      "@kit/instrumentation-openai",
    ]);
  });

  it("leaves no model to an instrumented client that LangChain does not use", async () => {
    stage.instrumentation.disable();
    const google = stage.telemetry.observe(new GoogleGenAIInstrumentation());
    google.manuallyInstrument({
      Models: class {
        generateContentInternal() {}
      },
    });
    const model = toyModel(stage.load);
    model.getLsParams = () => ({ ls_provider: "google_genai", ls_model_type: "chat" });
    await model.invoke("Hi", { callbacks: [handler] });
    google.disable();
    expect(stage.spans.map(({ attributes }) => attributes["gen_ai.provider.name"])).toEqual(["gcp.gemini"]);
  });

  it("leaves models of Groq to its client, which ChatGroq calls", async () => {
    stage.instrumentation.disable();
    const groq = stage.telemetry.observe(new GroqInstrumentation());
    const client = {
      Chat: class {
        completions = new (class {
          create() {}
        })();
      },
    };
    groq.manuallyInstrument(client);
    const model = toyModel(stage.load);
    model.getLsParams = () => ({ ls_provider: "groq", ls_model_type: "chat" });
    await model.invoke("Hi", { callbacks: [handler] });
    groq.disable();
    // The toy calls no client that could tell of it.
    expect(stage.spans).toEqual([]);
  });

  it.each<[provider: string, of: string, instrumentation: Any, sdk: object]>([
    ["cohere", "Cohere", CohereInstrumentation, { CohereClient: classWith("chat") }],
    ["mistral", "Mistral", MistralInstrumentation, { Mistral: MistralClient }],
    ["amazon_bedrock", "Bedrock", BedrockInstrumentation, { BedrockRuntimeClient: classWith("send") }],
  ])("leaves models of %s to the client that LangChain calls them with", async (provider, _, Client, sdk) => {
    stage.instrumentation.disable();
    const client = stage.telemetry.observe(new Client());
    client.manuallyInstrument(sdk);
    const model = toyModel(stage.load);
    model.getLsParams = () => ({ ls_provider: provider, ls_model_type: "chat" });
    await model.invoke("Hi", { callbacks: [handler] });
    client.disable();
    // The toy calls no client that could tell of it.
    expect(stage.spans).toEqual([]);
  });

  it("measures the first chunk from the call's start, also where nothing else is measured", async () => {
    stage.instrumentation.disable();
    metrics.disable();
    const unmeasured = new KitCallbackHandler();
    const begun = performance.now();
    for await (const _ of await toyModel(stage.load).stream("Hi", { callbacks: [unmeasured] }));
    const took = performance.now() - begun;
    const { attributes } = stage.span("chat toy-1");
    // Not from the process's. The span starts a little after the call, however busy the machine.
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeLessThanOrEqual(took / 1000);
  });

  it("records nothing twice beside the instrumentation, wherever it is passed", async () => {
    await runAgent([handler]);
    await runAgent([], { callbacks: [handler] });
    await runAgent([handler], { callbacks: [handler] });
    expect(stage.spans).toHaveLength(15);
    expect(stage.tree().filter((name) => !name.startsWith("."))).toEqual(
      Array(3).fill("invoke_agent assistant"),
    );
    await stage.telemetry.finish();
  });

  it("records a tool that was made with it once, below the run that the instrumentation follows", async () => {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    const { tool } = stage.load("@langchain/core/tools");
    const schema = { type: "object", properties: {} };
    const weather = tool(() => "Sunny", { name: "weather", description: "tells", schema });
    weather.callbacks = [handler];
    await RunnableLambda.from(() => ({}))
      .pipe(weather)
      .invoke("Hi", { runName: "day" });
    expect(stage.tree()).toEqual(["invoke_workflow day", ". execute_tool weather"]);
  });
});

it("is a handler by the library's own types", async () => {
  const model = new FakeListChatModel({ responses: ["Hello"] });
  const answer = await model.invoke("Hi", { callbacks: [new KitCallbackHandler()] });
  expect(answer.content).toBe("Hello");
});

it("leaves a handler of the application all its callbacks", async () => {
  const stage = new Stage("langchain-1");
  const seen: string[] = [];
  const own: Any = { handleChatModelStart: () => seen.push("start"), handleLLMEnd: () => seen.push("end") };
  await toyModel(stage.load).invoke("Hi", { callbacks: [{ ...own, awaitHandlers: true, name: "own" }] });
  expect(seen).toEqual(["start", "end"]);
  await stage.close();
});
