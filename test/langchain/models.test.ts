import { AsyncResource } from "node:async_hooks";
import { session } from "@kit/tracing";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../support/garbage.js";
import { completion, streamedCompletion } from "../support/provider/openai-answers.js";
import { ALL_VERSIONS, type Any, Stage, toyModel } from "./support.js";

describe.each(ALL_VERSIONS)("%s", (version) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(version);
  });
  afterEach(() => stage.close());

  it("records a model whose client is not instrumented, with all its facts", async () => {
    const answer = await toyModel(stage.load).invoke("Hi");
    expect(answer.content).toBe("Hello");
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual(["chat toy-1"]);
    expect(spans[0]?.instrumentationScope.name).toBe("@kit/instrumentation-langchain");
    expect(spans[0]?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "toy",
      "gen_ai.request.model": "toy-1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.id": "toy-answer-1",
      "gen_ai.response.model": "toy-1-2026",
      "gen_ai.usage.cache_read.input_tokens": 3,
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.usage.reasoning.output_tokens": 2,
      "server.address": "models.example.test",
      "server.port": 8080,
    });
  });

  it("leaves the call to the instrumented client", async () => {
    const model = await stage.chatOpenAI(completion());
    await model.invoke("Hi");
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual(["chat gpt-4o-mini"]);
    expect(spans[0]?.instrumentationScope.name).toBe("@kit/instrumentation-openai");
  });

  it("keeps a queued call in its own context", async () => {
    const model = await stage.chatOpenAI(completion(), { maxConcurrency: 1 });
    const ask = (name: string) =>
      stage.tracer.startActiveSpan(name, async (span: Any) => {
        await model.invoke("Hi");
        span.end();
      });
    await Promise.all([ask("a"), ask("b"), ask("c")]);
    const chat = ". chat gpt-4o-mini";
    expect(stage.tree()).toEqual(["a", chat, "b", chat, "c", chat]);
  });

  it("leaves a streamed call to the instrumented client", async () => {
    const model = await stage.chatOpenAI(streamedCompletion());
    for await (const _ of await model.stream("Hi"));
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual(["chat gpt-4o-mini"]);
    expect(spans[0]?.instrumentationScope.name).toBe("@kit/instrumentation-openai");
  });

  it("ends a streamed call of the client when it is aborted between two chunks", async () => {
    const model = await stage.chatOpenAI(streamedCompletion("hang"));
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of await model.stream("Hi", { signal: controller.signal })) controller.abort();
    };
    await expect(read()).rejects.toThrow();
    // LangChain throws by itself then, and takes no step of the client's stream; on Node 24 it may leave that.
    await expect.poll(() => stage.spans).toHaveLength(1);
    expect(["aborted", "cancelled"]).toContain(stage.spans[0]?.attributes["kit.outcome"]);
  });

  it("records a stream with its first chunk", async () => {
    let text = "";
    for await (const chunk of await toyModel(stage.load).stream("Hi")) text += chunk.content;
    expect(text).toBe("Hello");
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual(["chat toy-1"]);
    expect(spans[0]?.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      "gen_ai.usage.output_tokens": 7,
    });
  });

  it("counts the cached tokens of a stream once, which google-genai repeats in every chunk", async () => {
    const { AIMessageChunk } = stage.load("@langchain/core/messages");
    const { ChatGenerationChunk } = stage.load("@langchain/core/outputs");
    const model = toyModel(stage.load);
    const input_token_details = { cache_read: 40 };
    model._streamResponseChunks = async function* () {
      for (const [input_tokens, output_tokens, total_tokens] of [
        [60, 2, 72],
        [0, 3, 3],
      ]) {
        const usage_metadata = { input_tokens, output_tokens, total_tokens, input_token_details };
        yield new ChatGenerationChunk({
          text: "a",
          message: new AIMessageChunk({ content: "a", usage_metadata }),
        });
      }
    };
    for await (const _ of await model.stream("Hi"));
    expect(stage.span("chat toy-1").attributes).toMatchObject({
      "gen_ai.usage.input_tokens": 60,
      "gen_ai.usage.cache_read.input_tokens": 40,
      "gen_ai.usage.output_tokens": 15,
    });
  });

  it("ends the span when the consumer breaks out of the stream", async () => {
    for await (const _ of await toyModel(stage.load).stream("Hi")) break;
    const { spans } = await stage.telemetry.finish();
    expect(spans[0]?.attributes["kit.outcome"]).toBe("cancelled");
    expect(spans[0]?.attributes["gen_ai.response.finish_reasons"]).toEqual(["error"]);
    expect(spans[0]?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("records a failure once, and the caller gets the same error", async () => {
    const failure = new RangeError("too long");
    const model = toyModel(stage.load, () => {
      throw failure;
    });
    await expect(model.invoke("Hi")).rejects.toBe(failure);
    const { spans } = await stage.telemetry.finish();
    expect(spans).toHaveLength(1);
    expect(spans[0]?.attributes["error.type"]).toBe("RangeError");
  });

  it("records a failure before the first chunk as one of a stream", async () => {
    const failing = toyModel(stage.load, () => {
      throw new RangeError("down");
    });
    await expect(failing.stream("Hi")).rejects.toThrow("down");
    expect(stage.span("chat toy-1").attributes).toMatchObject({
      "error.type": "RangeError",
      "gen_ai.request.stream": true,
    });
    await stage.telemetry.finish();
  });

  it("makes the span of the call the parent of the model's own spans", async () => {
    const model = toyModel(stage.load, () =>
      stage.tracer.startActiveSpan("GET /answer", async (span: Any) => {
        await Promise.resolve();
        span.end();
        return "Hello";
      }),
    );
    await stage.tracer.startActiveSpan("request", async (span: Any) => {
      await model.invoke("Hi");
      for await (const _ of await model.stream("Hi"));
      span.end();
    });
    expect(stage.tree()).toEqual([
      "request",
      ". chat toy-1",
      ". . GET /answer",
      ". chat toy-1",
      ". . GET /answer",
    ]);
  });

  it("leaves the call to the innermost recorder, through models that call other models", async () => {
    const openai = await stage.chatOpenAI(completion());
    const router = toyModel(stage.load, async (messages: Any[]) => (await openai.invoke(messages)).content);
    await toyModel(stage.load, async (messages: Any[]) => (await router.invoke(messages)).content).invoke(
      "Hi",
    );
    const local = toyModel(stage.load, async () => (await toyModel(stage.load).invoke("Hi")).content);
    await local.invoke("Hi");
    expect(stage.tree()).toEqual(["chat gpt-4o-mini", "chat toy-1"]);
    await stage.telemetry.finish();
  });

  it("records text models, streamed or not, a prompt each", async () => {
    const { FakeLLM, FakeStreamingLLM } = stage.load("@langchain/core/utils/testing");
    const model = new FakeLLM({ response: "Hello" });
    expect(await model.invoke("Hi")).toBe("Hello");
    await model.generate(["one", "two"]);
    for await (const _ of await new FakeStreamingLLM({ responses: ["Hello"] }).stream("Hi"));
    const names = stage.spans.map(({ name }) => name);
    expect(names).toEqual(Array(4).fill("text_completion"));
    expect(stage.spans.map(({ attributes }) => attributes["gen_ai.request.stream"])).toEqual([
      undefined,
      undefined,
      undefined,
      true,
    ]);
  });

  it("ends a stream that nobody reads once it is collected", async () => {
    await (async () => {
      await toyModel(stage.load).stream("Hi");
    })();
    await collectUntil(() => stage.spans.length > 0);
    expect(stage.tree()).toEqual(["chat toy-1"]);
    expect(stage.span("chat toy-1").attributes["kit.outcome"]).toBe("abandoned");
  });

  it("keeps nothing of a call in contexts that outlive it", async () => {
    const { HumanMessage } = stage.load("@langchain/core/messages");
    const kept: AsyncResource[] = [];
    const model = toyModel(stage.load, () => {
      stage.tracer.startSpan("GET /answer").end();
      kept.push(new AsyncResource("socket"));
      return "Hello";
    });
    const message = await (async () => {
      const asked = new HumanMessage("Hi");
      await model.invoke([asked]);
      for await (const _ of await model.stream([asked]));
      return new WeakRef(asked);
    })();
    expect(kept).toHaveLength(2);
    await collectUntil(() => message.deref() === undefined);
    expect(message.deref() === undefined).toBe(true);
    kept[0]?.runInAsyncScope(() => expect(trace.getActiveSpan()).toBeDefined());
  });

  it("passes on the application's session, and a thread as the conversation", async () => {
    const model = toyModel(stage.load);
    await session("shop", { id: "session-1" }, async () => {
      await model.invoke("Hi");
      await model.invoke("Hi", { metadata: { thread_id: "thread-1" } });
    });
    const chats = stage.spans.filter(({ name }) => name === "chat toy-1");
    expect(
      chats.map(({ attributes }) => [attributes["session.id"], attributes["gen_ai.conversation.id"]]),
    ).toEqual([
      ["session-1", "session-1"],
      ["session-1", "thread-1"],
    ]);
  });

  it("keeps one span when the client is called late, and takes over what it learned", async () => {
    const openai = await stage.chatOpenAI(completion());
    const model = toyModel(stage.load, async () => {
      stage.tracer.startSpan("lookup").end();
      const answer = await openai.invoke("Hi");
      return { content: answer.content, usage_metadata: undefined, response_metadata: {}, id: undefined };
    });
    await model.invoke("Hi");
    expect(stage.tree()).toEqual(["chat toy-1", ". lookup"]);
    expect(stage.span("chat toy-1").attributes).toMatchObject({
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.usage.input_tokens": 9,
      "gen_ai.usage.output_tokens": 3,
    });
  });
});

describe("langchain-1: events of a model, which have no callbacks", () => {
  let stage: Stage;
  beforeEach(() => {
    // Events do not tell the model that answered.
    stage = new Stage("langchain-1", {}, { except: ["missing_expected"] });
  });
  afterEach(() => stage.close());

  /** Reads all events, as applications do that know no version. */
  async function readEvents(model: Any, options?: object): Promise<number> {
    let count = 0;
    for await (const _ of model.streamEvents("Hi", options)) count += 1;
    return count;
  }

  it("make one span with all facts of the answer", async () => {
    const model = toyModel(stage.load, () => {
      stage.tracer.startSpan("in model").end();
      return "Hello";
    });
    await stage.tracer.startActiveSpan("request", async (span: Any) => {
      expect(await readEvents(model)).toBeGreaterThan(5);
      span.end();
    });
    expect(stage.tree()).toEqual(["request", ". chat toy-1", ". . in model"]);
    expect(stage.span("chat toy-1").attributes).toMatchObject({
      "gen_ai.provider.name": "toy",
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.usage.output_tokens": 7,
      "server.address": "models.example.test",
    });
    await stage.telemetry.finish();
  });

  it("have ended when their output is awaited", async () => {
    expect((await toyModel(stage.load).streamEvents("Hi")).text).toBe("Hello");
    expect(stage.tree()).toEqual(["chat toy-1"]);
  });

  it("are recorded by the instrumented client", async () => {
    await readEvents(await stage.chatOpenAI(streamedCompletion()));
    const { spans } = await stage.telemetry.finish();
    expect(spans.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual([
      "@kit/instrumentation-openai",
    ]);
  });

  it("make one span of an older version of events, which has callbacks", async () => {
    for (const version of ["v1", "v2"]) await readEvents(toyModel(stage.load), { version });
    expect(stage.tree()).toEqual(["chat toy-1", "chat toy-1"]);
  });

  it("end as an error or as aborted, and the caller gets the same error", async () => {
    const failure = new RangeError("too long");
    const failing = toyModel(stage.load, () => {
      throw failure;
    });
    await expect(readEvents(failing)).rejects.toBe(failure);
    const controller = new AbortController();
    const events = toyModel(stage.load).streamEvents("Hi", { signal: controller.signal });
    controller.abort();
    await expect(events.output).rejects.toThrow();
    await expect.poll(() => stage.spans).toHaveLength(2);
    expect(stage.spans.map(({ attributes }) => attributes["error.type"])).toEqual([
      "RangeError",
      "AbortError",
    ]);
    expect(stage.spans[1]?.attributes["kit.outcome"]).toBe("aborted");
    await stage.telemetry.finish();
  });
});
