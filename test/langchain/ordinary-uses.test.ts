import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completion, refusal, streamedCompletion } from "../support/provider/openai-answers.js";
import { json, ProviderServer, type ReceivedRequest } from "../support/provider-server.js";
import { answerWeather } from "./answers.js";
import { type Any, loader, Stage, toyModel, VERSIONS } from "./support.js";

const ASK = { messages: [{ role: "user", content: "What is the weather?" }] };
const FORECAST = { type: "object", title: "forecast", properties: { sky: { type: "string" } } };

async function drain(stream: AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const _ of await stream);
}

async function reactAgent(stage: Stage, name: string): Promise<Any> {
  const { tool } = stage.load("@langchain/core/tools");
  const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
  const schema = { type: "object", properties: { city: { type: "string" } } };
  const weather = tool(() => "Sunny", { name: "weather", description: "tells", schema });
  return createReactAgent({ llm: await stage.chatOpenAI(answerWeather), tools: [weather], name });
}

/** What applications do with the library, and the spans they should see. */
const USES: Record<string, [use: (stage: Stage) => Promise<unknown>, tree: string[]]> = {
  "structured output": [
    async (stage) => {
      const model = await stage.chatOpenAI(completion({ content: '{"sky":"blue"}' }));
      const asked = model.withStructuredOutput(FORECAST, { method: "jsonSchema", name: "forecast" });
      expect(await asked.invoke("Hi")).toEqual({ sky: "blue" });
    },
    ["chat gpt-4o-mini"],
  ],
  "a model that is asked again": [
    async (stage) => {
      const model = await stage.chatOpenAI([refusal(500, "overloaded"), completion()]);
      await model.withRetry({ stopAfterAttempt: 2 }).invoke("Hi");
    },
    ["chat gpt-4o-mini", "chat gpt-4o-mini"],
  ],
  "a fallback that streams": [
    async (stage) => {
      const failing = toyModel(stage.load, () => {
        throw new Error("out of order");
      });
      const model = await stage.chatOpenAI(streamedCompletion());
      await drain(failing.withFallbacks([model]).stream("Hi"));
    },
    ["invoke_workflow", ". chat toy-1", ". chat gpt-4o-mini"],
  ],
  "a map, a branch and a batch": [
    async (stage) => {
      const { RunnableBranch, RunnableMap } = stage.load("@langchain/core/runnables");
      const model = toyModel(stage.load);
      await RunnableMap.from({ first: model, second: model }).invoke("Hi", { runName: "both" });
      await RunnableBranch.from([[() => true, model], model]).invoke("Hi");
      await model.batch(["Hi", "Ho"], { maxConcurrency: 1 });
    },
    ["invoke_workflow both", ". chat toy-1", ". chat toy-1", "chat toy-1", "chat toy-1", "chat toy-1"],
  ],
  "events and logs of a chain": [
    async (stage) => {
      const { RunnableLambda } = stage.load("@langchain/core/runnables");
      const model = await stage.chatOpenAI(streamedCompletion());
      const chain = new RunnableLambda({ func: (input: unknown) => input }).pipe(model);
      await drain(chain.streamEvents("Hi", { version: "v2", runName: "events" }));
      await drain(chain.streamLog("Hi", { runName: "log" }));
    },
    ["invoke_workflow events", ". chat gpt-4o-mini", "invoke_workflow log", ". chat gpt-4o-mini"],
  ],
  "events of an agent": [
    async (stage) => drain((await reactAgent(stage, "helper")).streamEvents(ASK, { version: "v2" })),
    ["invoke_agent helper", ". chat gpt-4o-mini"],
  ],
  "sends to one node": [
    async (stage) => {
      const { Annotation, END, START, Send, StateGraph } = stage.load("@langchain/langgraph");
      const model = toyModel(stage.load);
      const graph = new StateGraph(Annotation.Root({ items: Annotation }))
        .addNode("work", async ({ item }: Any) => void (await model.invoke(item)))
        .addConditionalEdges(START, ({ items }: Any) => items.map((item: Any) => new Send("work", { item })))
        .addEdge("work", END);
      await graph.compile({ name: "fan" }).invoke({ items: ["a", "b", "c"] });
    },
    ["invoke_workflow fan", ". chat toy-1", ". chat toy-1", ". chat toy-1"],
  ],
  "a graph called in a node, and the same graph as a node": [
    async (stage) => {
      const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
      const state = Annotation.Root({ text: Annotation });
      const model = toyModel(stage.load);
      const inner = new StateGraph(state)
        .addNode("ask", async () => ({ text: (await model.invoke("Hi")).content }))
        .addEdge(START, "ask")
        .addEdge("ask", END)
        .compile();
      const outer = new StateGraph(state)
        .addNode("call", () => inner.invoke({ text: "" }))
        .addNode("sub", inner)
        .addEdge(START, "call")
        .addEdge("call", "sub")
        .addEdge("sub", END);
      await drain(outer.compile({ name: "outer" }).stream({ text: "" }, { subgraphs: true }));
    },
    [
      "invoke_workflow outer",
      ". invoke_workflow call",
      ". . chat toy-1",
      ". invoke_workflow sub",
      ". . chat toy-1",
    ],
  ],
  "a node that plans, and one that is only called so": [
    async (stage) => {
      const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
      const model = toyModel(stage.load);
      const ask = async () => ({ text: (await model.invoke("Hi")).content });
      const graph = new StateGraph(Annotation.Root({ text: Annotation }))
        .addNode("planner", ask)
        .addNode("work", ask)
        .addNode("replan", () => ({ text: "done" }))
        .addEdge(START, "planner")
        .addEdge("planner", "work")
        .addEdge("work", "replan")
        .addEdge("replan", END);
      await graph.compile({ name: "travel" }).invoke({ text: "" });
    },
    ["invoke_workflow travel", ". plan", ". . chat toy-1", ". chat toy-1"],
  ],
  "a state that is changed by hand": [
    async (stage) => {
      const { Annotation, END, MemorySaver, START, StateGraph } = stage.load("@langchain/langgraph");
      const graph = new StateGraph(Annotation.Root({ text: Annotation }))
        .addNode("work", () => ({ text: "done" }))
        .addEdge(START, "work")
        .addEdge("work", END)
        .compile({ name: "flow", checkpointer: new MemorySaver() });
      const config = { configurable: { thread_id: "1" } };
      await graph.invoke({ text: "" }, config);
      await graph.updateState(config, { text: "other" });
    },
    ["invoke_workflow flow"],
  ],
  "a chain that remembers its messages": [
    async (stage) => {
      const { InMemoryChatMessageHistory } = stage.load("@langchain/core/chat_history");
      const { ChatPromptTemplate } = stage.load("@langchain/core/prompts");
      const { RunnableWithMessageHistory } = stage.load("@langchain/core/runnables");
      const history = new InMemoryChatMessageHistory();
      const prompt = ChatPromptTemplate.fromMessages([
        ["placeholder", "{history}"],
        ["human", "{input}"],
      ]);
      const chain = new RunnableWithMessageHistory({
        runnable: prompt.pipe(await stage.chatOpenAI(completion())),
        getMessageHistory: () => history,
        inputMessagesKey: "input",
        historyMessagesKey: "history",
      });
      await chain.invoke({ input: "Hi" }, { configurable: { sessionId: "s1" } });
      const conversations = stage.spans.map(({ attributes }) => attributes["gen_ai.conversation.id"]);
      expect(new Set(conversations)).toEqual(new Set(["s1"]));
    },
    ["invoke_workflow", ". chat gpt-4o-mini"],
  ],
  "a conversation that only metadata tells of": [
    async (stage) => {
      await (await stage.chatOpenAI(completion())).invoke("Hi", { metadata: { conversation_id: 7 } });
      expect(stage.spans[0]?.attributes["gen_ai.conversation.id"]).toBe("7");
    },
    ["chat gpt-4o-mini"],
  ],
  "tasks of an entrypoint": [
    async (stage) => {
      const { entrypoint, task } = stage.load("@langchain/langgraph");
      const model = toyModel(stage.load);
      const step = task("step", async (text: string) => (await model.invoke(text)).content);
      await entrypoint("flow", async (text: string) => step(await step(text))).invoke("Hi");
    },
    ["invoke_workflow flow", ". chat toy-1", ". chat toy-1"],
  ],
  "a graph without asynchronous storage of the library's": [
    async (stage) => {
      const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph/web");
      const model = toyModel(stage.load);
      const graph = new StateGraph(Annotation.Root({ text: Annotation }))
        .addNode("ask", async () => ({ text: (await model.invoke("Hi")).content }))
        .addEdge(START, "ask")
        .addEdge("ask", END);
      await graph.compile({ name: "web" }).invoke({ text: "" });
    },
    ["invoke_workflow web", ". chat toy-1"],
  ],
  "callbacks of the caller's: none, a manager twice": [
    async (stage) => {
      const { CallbackManager } = stage.load("@langchain/core/callbacks/manager");
      const manager = new CallbackManager();
      for (const callbacks of [[], manager, manager]) await toyModel(stage.load).invoke("Hi", { callbacks });
      expect(manager.handlers).toEqual([]);
    },
    ["chat toy-1", "chat toy-1", "chat toy-1"],
  ],
  "embeddings, alone and below a retriever": [
    async (stage) => {
      const server = await ProviderServer.start();
      const url = server.serve("/openai", ({ body }: ReceivedRequest) => {
        const data = [(body as { input: unknown }).input].flat().map(() => ({ embedding: [0.1] }));
        return json({ data, model: "text-embedding-3-small", usage: { prompt_tokens: 2, total_tokens: 2 } });
      });
      const { OpenAIEmbeddings } = stage.load("@langchain/openai");
      const { VectorStore } = stage.load("@langchain/core/vectorstores");
      class Store extends VectorStore {
        _vectorstoreType() {
          return "none";
        }
        async similaritySearchVectorWithScore() {
          return [];
        }
      }
      const configuration = { baseURL: url };
      const model = new OpenAIEmbeddings({
        model: "text-embedding-3-small",
        apiKey: "test-key",
        configuration,
      });
      await model.embedQuery("Hi");
      await new (Store as Any)(model, {}).asRetriever({ k: 1 }).invoke("Hi");
      await server.close();
    },
    ["embeddings text-embedding-3-small", "retrieval", ". embeddings text-embedding-3-small"],
  ],
};

describe.each(VERSIONS)("%s", (version) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(version, {}, { except: ["missing_expected"] });
  });
  afterEach(() => stage.close());

  it.each(Object.entries(USES))("records %s", async (_, [use, tree]) => {
    await use(stage);
    expect(stage.tree()).toEqual(tree);
    await stage.telemetry.finish();
  });

  it("keeps one trace through two copies of the library", async () => {
    const other = loader(version === "langchain-1" ? "langchain-0.3" : "langchain-1");
    for (const part of ["callbacks/manager", "language_models/chat_models", "singletons"])
      stage.instrumentation.manuallyInstrument(other(`@langchain/core/${part}`));
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    const chain = new RunnableLambda({
      func: async (text: string) => (await toyModel(other).invoke(text)).text,
    });
    await chain.pipe(toyModel(stage.load)).invoke("Hi", { runName: "outer" });
    expect(stage.tree()).toEqual(["invoke_workflow outer", ". chat toy-1", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("works beside LangSmith's tracer, whose server is down", async () => {
    const settings = {
      LANGSMITH_TRACING: "true",
      LANGSMITH_ENDPOINT: "http://127.0.0.1:9",
      LANGSMITH_API_KEY: "none",
    };
    Object.assign(process.env, settings);
    try {
      await (await reactAgent(stage, "helper")).invoke(ASK);
    } finally {
      for (const name of Object.keys(settings)) delete process.env[name];
    }
    expect(stage.tree()).toHaveLength(5);
    await stage.telemetry.finish();
  });
});
