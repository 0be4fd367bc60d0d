import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completion, refusal, streamedCompletion } from "../support/provider/openai-answers.js";
import { answerWeather } from "./answers.js";
import { ALL_VERSIONS, type Any, Stage, toyModel } from "./support.js";

type Log = (...entry: unknown[]) => void;

/** What applications do with the library, and write down all that they can see of it. */
const SCENARIOS: Readonly<Record<string, (stage: Stage, log: Log) => Promise<void>>> = {
  "a model": async ({ load }, log) => {
    log(await toyModel(load).invoke("Hi"));
  },
  "a model that fails": async ({ load }, log) => {
    const failure = new RangeError("no");
    const model = toyModel(load, () => {
      throw failure;
    });
    await model.invoke("Hi").catch((error: unknown) => log(error === failure, (error as Error).stack));
  },
  "a stream, read to its end": async ({ load }, log) => {
    const stream = await toyModel(load).stream("Hi");
    log(Object.getPrototypeOf(stream).constructor.name, Reflect.ownKeys(stream).map(String));
    for await (const chunk of stream) log(chunk);
    log(await stream.next().catch(String));
  },
  "a stream, left and read again": async ({ load }, log) => {
    const stream = await toyModel(load).stream("Hi");
    for await (const chunk of stream) {
      log(chunk.content);
      break;
    }
    log(await stream.next().catch(String));
  },
  "a stream in two copies": async ({ load }, log) => {
    const [one, two] = (await toyModel(load).stream("Hi")).tee();
    for await (const chunk of one) log("one", chunk.content);
    for await (const chunk of two) log("two", chunk.content);
  },
  "a stream that fails on its way": async ({ load }, log) => {
    const model = toyModel(load, () => {
      throw new TypeError("cut");
    });
    try {
      for await (const chunk of await model.stream("Hi")) log(chunk.content);
    } catch (error) {
      log(String(error));
    }
  },
  "a batch with one that fails": async ({ load }, log) => {
    const model = toyModel(load, ([{ content }]) => {
      if (content === "b") throw new TypeError("no b");
      return content;
    });
    log(await model.batch(["a", "b", "c"], {}, { returnExceptions: true }));
  },
  "an aborted call": async (stage, log) => {
    const controller = new AbortController();
    const model = toyModel(stage.load, async () => {
      controller.abort(new Error("enough"));
      await new Promise((resolve) => setImmediate(resolve));
      return "late";
    });
    const call = model.invoke("Hi", { signal: controller.signal });
    log(await call.catch((error: Error) => error.message));
  },
  "callbacks of the application": async ({ load }, log) => {
    const seen = (name: string) => () => log(name);
    const handler = {
      name: "own",
      awaitHandlers: true,
      handleChainStart: seen("chain start"),
      handleChainEnd: seen("chain end"),
      handleChatModelStart: seen("model start"),
      handleLLMNewToken: seen("token"),
      handleLLMEnd: seen("model end"),
    };
    const chain = toyModel(load).pipe(({ content }: Any) => content);
    log(await chain.invoke("Hi", { callbacks: [handler], tags: ["tag"], metadata: { key: 1 } }));
    const callbacks = [handler];
    for await (const chunk of await chain.stream("Hi", { callbacks })) log(chunk);
    log(callbacks.length);
  },
  "events of a chain": async ({ load }, log) => {
    const chain = toyModel(load).pipe(({ content }: Any) => content);
    for await (const { event, name, tags } of chain.streamEvents("Hi", { version: "v2" }))
      log(event, name, tags);
  },
  "tools, their errors and their input": async ({ load }, log) => {
    const { tool } = load("@langchain/core/tools");
    const { z } = load("zod");
    const schema = z.object({ city: z.string() });
    const weather = tool(({ city }: Any) => `Sunny in ${city}`, {
      name: "weather",
      description: "tells",
      schema,
    });
    log(await weather.invoke({ city: "Oslo" }));
    log(await weather.invoke({ type: "tool_call", id: "call_1", name: "weather", args: { city: "Oslo" } }));
    log(await weather.invoke({ city: 5 }).catch((error: Error) => [error.name, error.message]));
    const failing = tool(() => Promise.reject(new TypeError("no")), { name: "f", description: "f", schema });
    log(await failing.invoke({ city: "Oslo" }).catch(String));
  },
  "a retriever": async ({ load }, log) => {
    const { BaseRetriever } = load("@langchain/core/retrievers");
    const found = [{ pageContent: "Oslo", metadata: {} }];
    class Facts extends BaseRetriever {
      lc_namespace = ["application"];
      async _getRelevantDocuments(query: string) {
        log(query);
        return found;
      }
    }
    log((await new (Facts as Any)().invoke("Where?")) === found);
  },
  "an agent": async (stage, log) => {
    const { tool } = stage.load("@langchain/core/tools");
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const weather = tool(({ city }: Any) => city, { name: "weather", description: "tells", schema });
    const llm = await stage.chatOpenAI(answerWeather);
    const agent = createReactAgent({ llm, tools: [weather] });
    const ask = { messages: [{ role: "user", content: "What?", id: "1" }] };
    const { messages } = await agent.invoke(ask);
    log(messages.map(({ content, tool_calls }: Any) => [content, tool_calls]));
    for await (const chunk of await agent.stream(ask, { streamMode: "updates" })) log(Object.keys(chunk));
    for await (const [mode, chunk] of await agent.stream(ask, { streamMode: ["values", "messages"] })) {
      log(mode, Object.keys(chunk));
    }
  },
  "a graph that fails": async ({ load }, log) => {
    const { Annotation, END, START, StateGraph } = load("@langchain/langgraph");
    const graph = new StateGraph(Annotation.Root({ text: Annotation }))
      .addNode("node", () => Promise.reject(new TypeError("no")))
      .addEdge(START, "node")
      .addEdge("node", END)
      .compile();
    log(await graph.invoke({}).catch((error: Error) => [String(error), Object.keys(error)]));
  },
  "a client below, its streams and its refusals": async (stage, log) => {
    log((await (await stage.chatOpenAI(completion())).invoke("Hi")).content);
    for await (const chunk of await (await stage.chatOpenAI(streamedCompletion())).stream("Hi"))
      log(chunk.content);
    const refused = await stage.chatOpenAI(refusal(429, "rate_limit_exceeded"));
    log(await refused.invoke("Hi").catch((error: Any) => [error.name, error.message, error.status]));
  },
};

/** Ids that the library makes anew for every run, and line numbers that tell of our frames. */
function settle(log: unknown[][]): string {
  return JSON.stringify(log, (_, value) =>
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  )
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "uuid")
    .replace(/127\.0\.0\.1:\d+/g, "server")
    .replace(/\\n {4}at [^"]*/g, "");
}

async function play(stage: Stage, scenario: (stage: Stage, log: Log) => Promise<void>): Promise<string> {
  const log: unknown[][] = [];
  await scenario(stage, (...entry) => log.push(entry));
  return settle(log);
}

describe.each(ALL_VERSIONS)("%s", (version) => {
  let stage: Stage;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  beforeAll(() => {
    stage = new Stage(version);
    process.on("unhandledRejection", onUnhandled);
  });
  afterAll(async () => {
    process.off("unhandledRejection", onUnhandled);
    await stage.close();
  });

  it.each(Object.entries(SCENARIOS))("an application sees no difference in %s", async (_, scenario) => {
    stage.instrumentation.disable();
    const bare = await play(stage, scenario);
    stage.instrumentation.enable();
    const instrumented = await play(stage, scenario);
    expect(instrumented).toBe(bare);
    expect(bare).not.toBe("[]");
    expect(unhandled).toEqual([]);
  });
});
