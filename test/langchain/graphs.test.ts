import { context, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { collectUntil } from "../support/garbage.js";
import { streamedCompletion } from "../support/provider/openai-answers.js";
import { answerWeather } from "./answers.js";
import { type Any, Stage, toyModel, VERSIONS } from "./support.js";

const ASK = { messages: [{ role: "user", content: "What is the weather?" }] };

describe.each(VERSIONS)("%s", (version) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(version, {}, { except: ["missing_expected"] });
  });
  afterEach(() => stage.close());

  function weather(run: (input: { city: string }) => unknown = ({ city }) => `Sunny in ${city}`): Any {
    const { tool } = stage.load("@langchain/core/tools");
    const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    return tool(run, { name: "weather", description: "tells the weather", schema });
  }

  async function agent(fields: object = {}): Promise<Any> {
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const llm = await stage.chatOpenAI(answerWeather);
    return createReactAgent({ llm, tools: [weather()], name: "weather_assistant", ...fields });
  }

  function graphOf(nodes: Record<string, Any>, options: object = {}): Any {
    const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
    const state = Annotation.Root({ text: Annotation, messages: Annotation });
    const graph = new StateGraph(state);
    const names = Object.keys(nodes);
    for (const name of names) graph.addNode(name, nodes[name]);
    [START, ...names].forEach((name, index) => {
      graph.addEdge(name, names[index] ?? END);
    });
    return graph.compile(options);
  }

  it("records an agent, its model calls and its tools, each once and below the agent", async () => {
    await (await agent()).invoke(ASK);
    expect(stage.tree()).toEqual([
      "invoke_agent weather_assistant",
      ". chat gpt-4o-mini",
      ". execute_tool weather",
      ". execute_tool weather",
      ". chat gpt-4o-mini",
    ]);
    expect(stage.span("invoke_agent weather_assistant").attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "weather_assistant",
      "gen_ai.usage.input_tokens": 18,
      "gen_ai.usage.output_tokens": 6,
      "gen_ai.response.finish_reasons": ["stop"],
    });
    const tools = stage.spans.filter(({ name }) => name === "execute_tool weather");
    expect(tools.map(({ attributes }) => attributes["gen_ai.tool.call.id"]).sort()).toEqual([
      "call_1",
      "call_2",
    ]);
    expect(tools[0]?.attributes).toMatchObject({
      "gen_ai.tool.name": "weather",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.description": "tells the weather",
      "gen_ai.agent.name": "weather_assistant",
    });
    const { metrics } = await stage.telemetry.finish();
    const calls = (kind: string) =>
      metrics
        .flatMap((scope) => scope.metrics)
        .find(({ descriptor }) => descriptor.name === `gen_ai.invoke_agent.${kind}_calls`)
        ?.dataPoints.map(({ attributes, value }) => [attributes, (value as { sum?: number }).sum]);
    expect(calls("inference")).toEqual([[{ "gen_ai.agent.name": "weather_assistant" }, 2]]);
    expect(calls("tool")).toEqual([[{ "gen_ai.agent.name": "weather_assistant" }, 2]]);
  });

  it("ends a tool whose failure the library does not report", async () => {
    const { tool } = stage.load("@langchain/core/tools");
    const schema = { type: "object", properties: {} };
    const fields = { name: "pair", description: "gives two", schema, responseFormat: "content_and_artifact" };
    await expect(tool(() => "one", fields).invoke({})).rejects.toThrow("two-tuple");
    expect(stage.span("execute_tool pair").status.code).toBe(SpanStatusCode.ERROR);
    await stage.telemetry.finish();
  });

  it("ends a tool that was aborted and never settles", async () => {
    // As those of core 1.1 do when they are aborted before their function begins.
    const { DynamicStructuredTool } = stage.load("@langchain/core/tools");
    const schema = { type: "object", properties: {} };
    const func = () => new Promise(() => {});
    const stuck = new DynamicStructuredTool({ name: "stuck", description: "hangs", schema, func });
    const controller = new AbortController();
    stuck.invoke({}, { signal: controller.signal });
    stuck.invoke({}, { signal: AbortSignal.abort() });
    controller.abort();
    await expect.poll(() => stage.spans).toHaveLength(2);
    for (const { attributes } of stage.spans) expect(attributes["kit.outcome"]).toBe("aborted");
    await stage.telemetry.finish();
  });

  it("records a streamed agent the same", async () => {
    const stream = await (await agent()).stream(ASK, { streamMode: "updates" });
    for await (const _ of stream);
    expect(stage.tree()).toHaveLength(5);
    await stage.telemetry.finish();
  });

  it("keeps the graphs that a function of an unnamed chain calls in one trace", async () => {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    const flow = graphOf({ a: () => ({ text: "1" }) }, { name: "flow" });
    await RunnableLambda.from(async () => [await flow.invoke({}), await flow.invoke({})]).invoke("Hi");
    expect(stage.tree()).toEqual(["invoke_workflow", ". invoke_workflow flow", ". invoke_workflow flow"]);
    await stage.telemetry.finish();
  });

  it("names a workflow as its graph or its run is named, never by a class", async () => {
    await graphOf({ a: () => ({ text: "1" }) }).invoke({});
    await graphOf({ a: () => ({ text: "1" }) }, { name: "orders" }).invoke({});
    await graphOf({ a: () => ({ text: "1" }) }, { name: "orders" }).invoke({}, { runName: "nightly" });
    expect(stage.tree()).toEqual(["invoke_workflow", "invoke_workflow orders", "invoke_workflow nightly"]);
    expect(stage.spans.map(({ attributes }) => attributes["gen_ai.workflow.name"])).toEqual([
      undefined,
      "orders",
      "nightly",
    ]);
    await stage.telemetry.finish();
  });

  it("puts agents and graphs that are nodes below the workflow, with their own or their nodes' names", async () => {
    const inner = graphOf({ step: () => ({ text: "2" }) });
    const named = await agent();
    const unnamed = await agent({ name: undefined });
    const flow = graphOf({ inner, named, researcher: unnamed }, { name: "flow" });
    await flow.invoke(ASK);
    expect(stage.tree().filter((name) => name.includes("invoke"))).toEqual([
      "invoke_workflow flow",
      ". invoke_workflow inner",
      ". invoke_agent weather_assistant",
      ". invoke_agent researcher",
    ]);
    await stage.telemetry.finish();
  });

  it("makes the graph active in its nodes, and the tool in its function", async () => {
    const mark = (name: string) => {
      stage.tracer.startSpan(name).end();
    };
    const tool = weather(() => mark("in tool"));
    const node = async () => {
      mark("in node");
      await tool.invoke({ city: "Oslo" });
      await toyModel(stage.load, () => {
        mark("in model");
        return "Hello";
      }).invoke("Hi");
      return { text: "done" };
    };
    await stage.tracer.startActiveSpan("request", async (span: Any) => {
      await graphOf({ node }, { name: "flow" }).invoke({});
      span.end();
    });
    expect(stage.tree()).toEqual([
      "request",
      ". invoke_workflow flow",
      ". . in node",
      ". . execute_tool weather",
      ". . . in tool",
      ". . chat toy-1",
      ". . . in model",
    ]);
    await stage.telemetry.finish();
  });

  it("keeps an application's own spans between runs", async () => {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    const node = () =>
      stage.tracer.startActiveSpan("step", async (span: Any) => {
        await toyModel(stage.load).invoke("Hi");
        await RunnableLambda.from(() => stage.tracer.startSpan("in function").end()).invoke("Hi");
        span.end();
        return { text: "done" };
      });
    await graphOf({ node }, { name: "flow" }).invoke({});
    expect(stage.tree()).toEqual(["invoke_workflow flow", ". step", ". . chat toy-1", ". . in function"]);
  });

  it("finds the parent run when the context was lost", async () => {
    const { ROOT_CONTEXT } = await import("@opentelemetry/api");
    const node = (_: unknown, config: Any) =>
      context.with(ROOT_CONTEXT, async () => {
        await toyModel(stage.load).invoke("Hi", config);
        return { text: "done" };
      });
    await graphOf({ node }, { name: "flow" }).invoke({});
    expect(stage.tree()).toEqual(["invoke_workflow flow", ". chat toy-1"]);
  });

  it("records a thread as the conversation", async () => {
    const { MemorySaver } = stage.load("@langchain/langgraph");
    const threaded = await agent({ checkpointSaver: new MemorySaver() });
    await threaded.invoke(ASK, { configurable: { thread_id: "thread-1" } });
    const conversations = stage.spans.map(({ attributes }) => attributes["gen_ai.conversation.id"]);
    expect(conversations.filter((id) => id === "thread-1").length).toBeGreaterThanOrEqual(3);
    await stage.telemetry.finish();
  });

  it("records a failing tool as an error, but not the agent that goes on", async () => {
    const llm = await stage.chatOpenAI(answerWeather);
    const failing = weather(() => {
      throw new RangeError("secret of the tool");
    });
    const { createReactAgent, ToolNode } = stage.load("@langchain/langgraph/prebuilt");
    const tools = new ToolNode([failing], { handleToolErrors: true });
    await createReactAgent({ llm, tools }).invoke(ASK);
    const [tool] = stage.spans.filter(({ name }) => name === "execute_tool weather");
    expect(tool?.status.code).toBe(SpanStatusCode.ERROR);
    expect(tool?.attributes["error.type"]).toBe("RangeError");
    expect(stage.span("invoke_agent").status.code).toBe(SpanStatusCode.UNSET);
    expect(JSON.stringify(stage.spans.map(({ status }) => status))).not.toContain("secret");
    await stage.telemetry.finish();
  });

  it("records a tool that is called with arguments that do not match its schema", async () => {
    const { tool } = stage.load("@langchain/core/tools");
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const { z } = stage.load("zod");
    const schema = z.object({ place: z.string() });
    const tools = [tool(() => "Sunny", { name: "weather", description: "tells", schema })];
    const llm = await stage.chatOpenAI(answerWeather);
    await createReactAgent({ llm, tools, name: "helper" }).invoke({ messages: [["user", "Hi"]] });
    const [failed, ...others] = stage.spans.filter(({ name }) => name === "execute_tool weather");
    // The model asks for two cities.
    expect(others).toHaveLength(1);
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(failed?.attributes).toMatchObject({
      "error.type": "ToolInputParsingException",
      "gen_ai.agent.name": "helper",
      "gen_ai.tool.call.id": "call_1",
    });
    expect(failed?.parentSpanContext?.spanId).toBe(stage.span("invoke_agent helper").spanContext().spanId);
    await stage.telemetry.finish();
  });

  it("records the error of a node on the graph", async () => {
    const failure = new TypeError("boom");
    const flow = graphOf({
      node: () => {
        throw failure;
      },
    });
    await expect(flow.invoke({})).rejects.toBe(failure);
    expect(stage.span("invoke_workflow").attributes["error.type"]).toBe("TypeError");
    await stage.telemetry.finish();
  });

  it("records an interrupt as cancelled, not as an error", async () => {
    const { Command, interrupt, MemorySaver } = stage.load("@langchain/langgraph");
    const tool = weather(() => interrupt("May I?"));
    const node = async (_: unknown, config: Any) => ({ text: await tool.invoke({ city: "Oslo" }, config) });
    const flow = graphOf({ node }, { checkpointer: new MemorySaver() });
    const config = { configurable: { thread_id: "1" } };
    await flow.invoke({}, config);
    await flow.invoke(new Command({ resume: "yes" }), config);
    expect(stage.spans.map(({ status }) => status.code)).toEqual(stage.spans.map(() => SpanStatusCode.UNSET));
    expect(stage.spans.map(({ name, attributes }) => [name, attributes["kit.outcome"]])).toEqual([
      ["execute_tool weather", "cancelled"],
      ["invoke_workflow", undefined],
      ["execute_tool weather", undefined],
      ["invoke_workflow", undefined],
    ]);
    await stage.telemetry.finish();
  });

  it("records a graph whose stream is left early as cancelled", async () => {
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    const flow = graphOf({ a: () => ({ text: "1" }), b: () => waiting }, { name: "flow" });
    for await (const _ of await flow.stream({}, { streamMode: "updates" })) break;
    go();
    const span = await stage.ended("invoke_workflow flow");
    // Before 1.0 the graph runs on to its end.
    expect(span.attributes["kit.outcome"]).toBe(version === "langchain-1" ? "cancelled" : undefined);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    await stage.telemetry.finish();
  });

  it("records a graph whose events are left early as cancelled", async () => {
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    const flow = graphOf({ a: () => ({ text: "1" }), b: () => waiting }, { name: "flow" });
    for await (const { event } of flow.streamEvents({}, { version: "v2" })) {
      if (event === "on_chain_stream") break;
    }
    go();
    const span = await stage.ended("invoke_workflow flow");
    expect(span.attributes["kit.outcome"]).toBe(version === "langchain-1" ? "cancelled" : undefined);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    await stage.telemetry.finish();
  });

  it("ends a graph that the library forgets when its stream is left", async () => {
    const flow = graphOf({ a: () => ({ text: "1" }), b: () => ({ text: "2" }) }, { name: "flow" });
    const leave = async () => {
      for await (const _ of await flow.stream({}, { streamMode: ["updates", "values"] })) break;
    };
    await leave();
    await collectUntil(() => stage.spans.some(({ name }) => name === "invoke_workflow flow"));
    expect(stage.span("invoke_workflow flow").status.code).toBe(SpanStatusCode.UNSET);
    await stage.telemetry.finish();
  });

  it("records an aborted graph as an error", async () => {
    const controller = new AbortController();
    const node = () => {
      controller.abort();
      return new Promise(() => {});
    };
    const flow = graphOf({ node }, { name: "flow" });
    await expect(flow.invoke({}, { signal: controller.signal })).rejects.toThrow();
    const span = stage.span("invoke_workflow flow");
    expect(span.attributes["kit.outcome"]).toBe("aborted");
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    await stage.telemetry.finish();
  });

  it.each([
    ["of the caller's", { timeout: 20 }, undefined],
    ["of its steps", {}, 20],
  ])("records a graph that a time limit %s ends as an error", async (_, options, stepTimeout) => {
    const flow = graphOf({ node: () => new Promise(() => {}) }, { name: "flow" });
    flow.stepTimeout = stepTimeout;
    await expect(flow.invoke({}, options)).rejects.toThrow();
    const span = await stage.ended("invoke_workflow flow");
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes["kit.outcome"]).not.toBe("cancelled");
    await stage.telemetry.finish();
  });

  it("records no error for graphs inside one whose stream is left early", async () => {
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    const inner = graphOf({ wait: () => waiting }, { name: "inner" });
    const outer = graphOf({ first: () => ({ text: "1" }), inner }, { name: "outer" });
    for await (const _ of await outer.stream({}, { streamMode: "updates" })) break;
    go();
    await stage.ended("invoke_workflow outer");
    expect(stage.spans.map(({ status }) => status.code)).toEqual(stage.spans.map(() => SpanStatusCode.UNSET));
    await stage.telemetry.finish();
  });

  it.each([["messages"], ["updates"], [["messages", "values"]]])(
    "ends an agent that is aborted while its caller streams %s",
    async (streamMode) => {
      const controller = new AbortController();
      const stream = (await agent()).stream(ASK, { signal: controller.signal, streamMode });
      const read = async () => {
        for await (const _ of await stream) controller.abort();
      };
      await expect(read()).rejects.toThrow();
      const { attributes, status } = await stage.ended("invoke_agent weather_assistant");
      // The tools may have begun by then, and nobody tells them to stop.
      await expect.poll(() => stage.telemetry.unended).toEqual([]);
      expect(attributes["kit.outcome"]).toBe("aborted");
      expect(attributes["error.type"]).toBe("AbortError");
      expect(status.code).toBe(SpanStatusCode.ERROR);
      await stage.telemetry.finish();
    },
  );

  it("keeps concurrent runs apart", async () => {
    const node = async ({ text }: { text: string }) => {
      await toyModel(stage.load, () => stage.tracer.startSpan(text).end() ?? "Hello").invoke("Hi");
      return { text };
    };
    const flow = graphOf({ node });
    await Promise.all(["one", "two", "three"].map((text) => flow.invoke({ text }, { runName: text })));
    expect(stage.tree().sort()).toEqual(
      ["one", "two", "three"]
        .flatMap((text) => [`invoke_workflow ${text}`, ". chat toy-1", `. . ${text}`])
        .sort(),
    );
    await stage.telemetry.finish();
  });
});

describe("langchain-1", () => {
  it.each([
    ["leaves the stream", "cancelled", SpanStatusCode.UNSET],
    ["aborts it", "aborted", SpanStatusCode.ERROR],
    ["set a time limit", "aborted", SpanStatusCode.ERROR],
  ])("tells how a client's call ends whose caller %s", async (way, outcome, code) => {
    const stage = new Stage("langchain-1", {}, { except: ["missing_expected"] });
    const { createReactAgent } = stage.load("@langchain/langgraph/prebuilt");
    const llm = await stage.chatOpenAI(streamedCompletion("hang"));
    const agent = createReactAgent({ llm, tools: [], name: "helper" });
    const controller = new AbortController();
    const { signal } = controller;
    const limit = vi.spyOn(AbortSignal, "timeout").mockReturnValue(signal);
    const options = {
      ...(way === "aborts it" && { signal }),
      ...(way === "set a time limit" && { timeout: 9 }),
    };
    const read = async () => {
      for await (const _ of await agent.stream(ASK, { ...options, streamMode: "messages" })) {
        if (way === "leaves the stream") break;
        controller.abort(way === "aborts it" ? undefined : new DOMException("too long", "TimeoutError"));
      }
    };
    await read().catch(() => {});
    limit.mockRestore();
    const { attributes, status } = await stage.ended("chat gpt-4o-mini");
    expect([attributes["kit.outcome"], status.code]).toEqual([outcome, code]);
    await stage.ended("invoke_agent helper");
    await stage.telemetry.finish();
    await stage.close();
  });

  it("records the agents of createAgent", async () => {
    const stage = new Stage("langchain-1", {}, { except: ["missing_expected"] });
    const { createAgent } = stage.load("langchain");
    const model = await stage.chatOpenAI(answerWeather);
    const schema = z.object({ city: z.string() });
    const { tool } = stage.load("@langchain/core/tools");
    const tools = [tool(() => "Sunny", { name: "weather", description: "tells", schema })];
    await createAgent({ model, tools, name: "weather_assistant" }).invoke(ASK);
    expect(stage.tree()).toEqual([
      "invoke_agent weather_assistant",
      ". chat gpt-4o-mini",
      ". execute_tool weather",
      ". execute_tool weather",
      ". chat gpt-4o-mini",
    ]);
    await stage.telemetry.finish();
    await stage.close();
  });
});
