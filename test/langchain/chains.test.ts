import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { collectGarbage, collectUntil } from "../support/garbage.js";
import { completion } from "../support/provider/openai-answers.js";
import { ALL_VERSIONS, type Any, Stage, toyModel } from "./support.js";

describe.each(ALL_VERSIONS)("%s", (version) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(version, {}, { except: ["missing_expected"] });
  });
  afterEach(() => stage.close());

  function retriever(find: () => unknown = () => [{ pageContent: "Oslo", metadata: {}, id: "1" }]): Any {
    const { BaseRetriever } = stage.load("@langchain/core/retrievers");
    return new (class Facts extends BaseRetriever {
      lc_namespace = ["application"];
      k = 4;
      async _getRelevantDocuments() {
        return find();
      }
    })();
  }

  function prompt(): Any {
    const { PromptTemplate } = stage.load("@langchain/core/prompts");
    return PromptTemplate.fromTemplate("Tell of {place}");
  }

  function parser(): Any {
    const { StringOutputParser } = stage.load("@langchain/core/output_parsers");
    return new StringOutputParser();
  }

  it.each([
    ["a model", (model: Any) => model, "chat toy-1"],
    ["a sequence", (model: Any) => model.pipe(parser()), "invoke_workflow named"],
    ["a lambda", (model: Any) => lambda(() => model), "invoke_workflow named"],
    ["a map", (model: Any) => map({ first: model }), "invoke_workflow named"],
  ])(
    "ends %s whose stream is left, or aborted by a signal that its model ignores",
    async (_, chain, name) => {
      // The answer's pieces come one by one and never listen to a signal.
      const runnable = chain(toyModel(stage.load));
      for await (const _ of await runnable.stream("Hi", { runName: "named" })) break;
      const controller = new AbortController();
      const read = async () => {
        const { signal } = controller;
        for await (const _ of await runnable.stream("Hi", { runName: "named", signal })) controller.abort();
      };
      await expect(read()).rejects.toThrow();
      // The stream may be gone before its model had time to tell of the abort.
      collectGarbage();
      const ends = () => stage.spans.filter((span) => span.name === name);
      await expect.poll(ends).toHaveLength(2);
      expect(ends().map(({ attributes }) => attributes["kit.outcome"])).toEqual(["cancelled", "aborted"]);
      expect(ends().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
      // A map that is left leaves the streams of its steps where they are.
      const models = () => stage.spans.filter((span) => span.name === "chat toy-1");
      await collectUntil(() => models().length === 2);
      expect(models()).toHaveLength(2);
      await stage.telemetry.finish();
    },
  );

  function lambda(func: (input: Any) => Any): Any {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    return new RunnableLambda({ func });
  }

  function branch(branches: readonly unknown[]): Any {
    const { RunnableBranch } = stage.load("@langchain/core/runnables");
    return RunnableBranch.from(branches);
  }

  function map(steps: object): Any {
    const { RunnableMap } = stage.load("@langchain/core/runnables");
    return RunnableMap.from(steps);
  }

  it.each([
    // The oldest never lets go of a reader that leaves its events.
    ...(version === "langchain-0.2" ? [] : [["left early", false, "cancelled"] as const]),
    ["aborted", true, "aborted"] as const,
  ])("records the outcome of a model whose events are %s", async (_, aborts, outcome) => {
    const controller = new AbortController();
    const model = toyModel(stage.load).pipe(({ content }: Any) => content);
    const options = { version: "v2", ...(aborts && { signal: controller.signal }) };
    const read = async () => {
      for await (const { event } of model.streamEvents("Hi", options)) {
        if (event !== "on_chat_model_stream") continue;
        if (!aborts) break;
        controller.abort();
      }
    };
    await read().catch(() => {});
    expect((await stage.ended("chat toy-1")).attributes["kit.outcome"]).toBe(outcome);
    await stage.telemetry.finish();
  });

  it("makes no spans for prompts, parsers and sequences", async () => {
    const chain = prompt().pipe(toyModel(stage.load)).pipe(parser());
    expect(await chain.invoke({ place: "Oslo" })).toBe("Hello");
    expect(await chain.batch([{ place: "Oslo" }, { place: "Rome" }])).toEqual(["Hello", "Hello"]);
    for await (const _ of await chain.stream({ place: "Oslo" }));
    expect(stage.tree()).toEqual(Array(4).fill("chat toy-1"));
    await stage.telemetry.finish();
  });

  it("records a chain that the application named, with its steps below", async () => {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    const lambda = RunnableLambda.from((text: string) => {
      stage.tracer.startSpan("in lambda").end();
      return text;
    });
    const model = await stage.chatOpenAI(completion());
    await prompt().pipe(model).pipe(parser()).pipe(lambda).invoke({ place: "Oslo" }, { runName: "travel" });
    expect(stage.tree()).toEqual(["invoke_workflow travel", ". chat gpt-4o-mini", ". in lambda"]);
    await stage.telemetry.finish();
  });

  it("makes a named chain active in its steps, and ends it when its stream is left early", async () => {
    const { Runnable } = stage.load("@langchain/core/runnables");
    class Step extends Runnable {
      lc_namespace = ["application"];
      async invoke(text: string) {
        stage.tracer.startSpan("in step").end();
        return text;
      }
    }
    const chain = new (Step as Any)().pipe(toyModel(stage.load));
    await chain.invoke("Hi", { runName: "travel" });
    for await (const _ of await chain.stream("Hi", { runName: "travel" })) break;
    await expect.poll(() => stage.tree()).toHaveLength(6);
    const whole = ["invoke_workflow travel", ". in step", ". chat toy-1"];
    expect(stage.tree()).toEqual([...whole, ...whole]);
    const ended = (name: string) => stage.spans.filter((span) => span.name === name).at(-1)?.attributes;
    expect(ended("invoke_workflow travel")?.["kit.outcome"]).toBe("cancelled");
    expect(ended("chat toy-1")?.["kit.outcome"]).toBe("cancelled");
    await stage.telemetry.finish();
  });

  it("ignores names of classes", async () => {
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    await toyModel(stage.load).withRetry().invoke("Hi");
    await prompt().invoke({ place: "Oslo" });
    await RunnableLambda.from(() => "done").invoke("Hi");
    await toyModel(stage.load)
      .withConfig({ stop: ["."] })
      .invoke("Hi");
    expect(stage.tree()).toEqual(["chat toy-1", "chat toy-1"]);
  });

  it("records an unnamed chain of several models or retrievers, so that they share a trace", async () => {
    const { RunnablePassthrough, RunnableSequence } = stage.load("@langchain/core/runnables");
    const found = retriever().pipe((documents: Any[]) => documents[0].pageContent);
    const chain = RunnableSequence.from([
      { place: found, question: new RunnablePassthrough() },
      prompt(),
      toyModel(stage.load),
    ]);
    await chain.invoke("Where?");
    expect(stage.tree()).toEqual(["invoke_workflow", ". retrieval", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it.each([
    ["fallbacks", (model: Any) => model.withFallbacks([model])],
    ["fallbacks as a step", (model: Any) => lambda(String).pipe(model.withFallbacks([model]))],
    ["retries of fallbacks", (model: Any) => model.withFallbacks([model]).withRetry()],
  ])("keeps a model that fails and its %s in one trace", async (_, chain) => {
    let calls = 0;
    const model = toyModel(stage.load, () => {
      calls += 1;
      if (calls === 1) throw new RangeError("down");
      return "Hello";
    });
    const { content } = await chain(model).invoke("Oslo");
    expect(content).toBe("Hello");
    expect(stage.tree()).toEqual(["invoke_workflow", ". chat toy-1", ". chat toy-1"]);
    const codes = stage.spans.map(({ status }) => status.code);
    expect(codes).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
    await stage.telemetry.finish();
  });

  it("keeps what an unnamed chain's functions call in one trace, with their own spans", async () => {
    const ask = async () => {
      const { content } = await toyModel(stage.load).invoke("Hi");
      stage.tracer.startSpan("in function").end();
      return content;
    };
    await lambda(ask).invoke("Hi");
    await lambda(ask).pipe(ask).pipe(parser()).invoke("Hi");
    for await (const _ of await lambda(() => retriever().invoke("Where?")).stream("Hi"));
    const call = [". chat toy-1", ". in function"];
    expect(stage.tree()).toEqual([
      ...["invoke_workflow", ...call],
      ...["invoke_workflow", ...call, ...call],
      ...["invoke_workflow", ". retrieval"],
    ]);
    await stage.telemetry.finish();
  });

  it("leaves what an unnamed chain's functions call to the application's span around it", async () => {
    const ask = lambda(() => toyModel(stage.load).invoke("Hi"));
    await stage.tracer.startActiveSpan("request", async (span: Any) => {
      await ask.pipe(ask).invoke("Hi");
      span.end();
    });
    expect(stage.tree()).toEqual(["request", ". chat toy-1", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("finds the span around a chain without one where the context was lost", async () => {
    const func = (text: string, config: Any) =>
      context.with(ROOT_CONTEXT, () => toyModel(stage.load).invoke(text, config));
    const { RunnableLambda } = stage.load("@langchain/core/runnables");
    await stage.tracer.startActiveSpan("request", async (span: Any) => {
      await new RunnableLambda({ func }).invoke("Hi");
      span.end();
    });
    expect(stage.tree()).toEqual(["request", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("keeps the calls for several inputs in one trace", async () => {
    const { RunnableEach } = stage.load("@langchain/core/runnables");
    const bound = toyModel(stage.load);
    await lambda((text: string) => [...text])
      .pipe(new RunnableEach({ bound }))
      .invoke("ab");
    expect(stage.tree()).toEqual(["invoke_workflow", ". chat toy-1", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it.each([
    ["fallbacks", (model: Any) => model.withFallbacks([model])],
    ["a branch", (model: Any) => branch([[() => true, model], model]).withConfig({ runName: "named" })],
  ])("ends %s whose stream is left", async (_, chain) => {
    for await (const _ of await chain(toyModel(stage.load)).stream("Hi")) break;
    // Newer versions leave the model's stream where it is.
    await collectUntil(() => stage.spans.length === 2);
    const [workflow, model] = stage.tree();
    expect([workflow, model]).toEqual([expect.stringContaining("invoke_workflow"), ". chat toy-1"]);
    const left = stage.spans.find(({ name }) => name === workflow);
    expect(left?.attributes["kit.outcome"]).toBe("cancelled");
    await stage.telemetry.finish();
  });

  it.each([
    ["a call", (model: Any, signal: AbortSignal) => model.invoke("a", { signal }), 1],
    ["a batch", (model: Any, signal: AbortSignal) => model.batch(["a", "b"], { signal }), 2],
  ])("ends fallbacks when %s is aborted", async (_, call, count) => {
    const controller = new AbortController();
    const model = toyModel(stage.load, () => {
      controller.abort();
      throw new RangeError("down");
    });
    await expect(call(model.withFallbacks([model]), controller.signal)).rejects.toThrow();
    const workflows = () => stage.spans.filter(({ name }) => name === "invoke_workflow");
    await expect.poll(workflows).toHaveLength(count);
    await stage.telemetry.finish();
  });

  it.each([
    [
      "another model chose",
      (model: Any) =>
        map({ topic: model })
          .pipe(({ topic }: Any) => [topic])
          .pipe(branch([[() => true, model], model])),
    ],
    ["its condition chose", (model: Any) => branch([[model, model], model])],
  ])("keeps a branch that %s in one trace", async (_, chain) => {
    await chain(toyModel(stage.load)).invoke("Hi");
    expect(stage.tree()).toEqual(["invoke_workflow", ". chat toy-1", ". chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("leaves a branch to the one model that it calls", async () => {
    const model = toyModel(stage.load);
    await branch([[() => false, model], [() => true, model], model]).invoke("Hi");
    expect(stage.tree()).toEqual(["chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("records a retriever, with its own spans below", async () => {
    const inner = () => {
      stage.tracer.startSpan("query").end();
      return [];
    };
    await retriever(inner).invoke("Where?");
    expect(stage.tree()).toEqual(["retrieval", ". query"]);
    const span = stage.span("retrieval");
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toEqual({ "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.top_k": 4 });
    await stage.telemetry.finish();
  });

  it("records a failing retriever", async () => {
    const failure = new RangeError("no index");
    const failing = retriever(() => {
      throw failure;
    });
    await expect(failing.invoke("Where?")).rejects.toBe(failure);
    expect(stage.span("retrieval").status.code).toBe(SpanStatusCode.ERROR);
    await stage.telemetry.finish();
  });

  it("records tools that the application calls itself, with the id of the tool call", async () => {
    const { DynamicTool, StructuredTool } = stage.load("@langchain/core/tools");
    const { z } = stage.load("zod");
    class Search extends StructuredTool {
      name = "search";
      description = "searches";
      schema = z.object({ text: z.string() });
      async _call({ text }: { text: string }) {
        stage.tracer.startSpan("GET /search").end();
        return `found ${text}`;
      }
    }
    await new Search().invoke({ type: "tool_call", id: "call_7", name: "search", args: { text: "x" } });
    await new DynamicTool({ name: "echo", description: "echoes", func: async (text: string) => text }).invoke(
      "hi",
    );
    expect(stage.tree()).toEqual(["execute_tool search", ". GET /search", "execute_tool echo"]);
    expect(stage.span("execute_tool search").attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.call.id": "call_7",
      "gen_ai.tool.description": "searches",
      "gen_ai.tool.name": "search",
      "gen_ai.tool.type": "function",
    });
    await stage.telemetry.finish();
  });

  it("records every model call of a batch, of several prompts at once and of fallbacks", async () => {
    const failing = toyModel(stage.load, () => {
      throw new TypeError("down");
    });
    await toyModel(stage.load).batch(["a", "b"]);
    await toyModel(stage.load).generate([["a"], ["b"], ["c"]]);
    await failing.withFallbacks([toyModel(stage.load)]).invoke("a");
    const models = stage.spans.filter(({ name }) => name === "chat toy-1");
    expect(models).toHaveLength(7);
    expect(models.filter(({ status }) => status.code === SpanStatusCode.ERROR)).toHaveLength(1);
    await stage.telemetry.finish();
  });

  it("leaves several prompts at once to the client", async () => {
    const model = await stage.chatOpenAI(completion());
    await model.generate([[["user", "a"]], [["user", "b"]]]);
    expect(stage.spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual(
      Array(2).fill("@kit/instrumentation-openai"),
    );
  });

  it("records no call that was answered from a cache", async () => {
    // Of the way in which the older line makes keys.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const { InMemoryCache } = stage.load("@langchain/core/caches");
    const model = toyModel(stage.load);
    model.cache = new InMemoryCache();
    await model.invoke("a");
    await model.invoke("a");
    expect(stage.tree()).toEqual(["chat toy-1"]);
    await stage.telemetry.finish();
  });
});
