import { inspect } from "node:util";
import { context, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../../../../test/support/garbage.js";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { type ContentCapture, KIT_ATTR, markInferenceRecorded } from "../index.js";
import { Chats, ToyInstrumentation, ToyStream } from "./toy-sdk.fixture.js";

const captureOf = (given: ContentCapture | boolean | undefined) =>
  given === true ? "SPAN_ONLY" : given || "NO_CONTENT";
const bare = { ...Object.getOwnPropertyDescriptors(Chats.prototype) };
let telemetry: Telemetry;
let toy: ToyInstrumentation;

function instrument(config: ConstructorParameters<typeof ToyInstrumentation>[0] = {}, options = {}): void {
  telemetry = new Telemetry({ capture: captureOf(config.captureMessageContent), ...options });
  toy = new ToyInstrumentation(config);
  telemetry.observe(toy);
  toy.manuallyInstrument({ Chats });
}

beforeEach(() => instrument());
afterEach(() => toy.disable());

async function only() {
  return (await telemetry.finish()).onlySpan();
}

describe("a call", () => {
  it("becomes one span with what was asked and answered", async () => {
    expect(await new Chats().ask({ prompt: "hi" })).toEqual({ text: "re: hi", reason: "stop" });
    const span = await only();
    expect(span.name).toBe("chat toy-1");
    expect(span.attributes).toMatchObject({
      "gen_ai.provider.name": "toy",
      "server.address": "toy.example",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.cache_read.input_tokens": 4,
    });
    expect(span.attributes).not.toHaveProperty("gen_ai.usage.reasoning.output_tokens");
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("ends once however often it is awaited", async () => {
    const promise = new Chats().ask({ prompt: "hi" });
    expect(await promise).toBe(await promise);
    expect((await telemetry.finish()).spans).toHaveLength(1);
  });

  it("that fails keeps the very error and tells its type", async () => {
    const error = Object.assign(new Error("slow down"), { status: 429 });
    await expect(new Chats().ask({ prompt: "hi", fail: error })).rejects.toBe(error);
    const span = await only();
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "slow down" });
    expect(span.attributes["error.type"]).toBe("429");
  });

  it("that fails is told though another instrumentation reads the promise before", async () => {
    toy.disable();
    const { ask } = Chats.prototype;
    Chats.prototype.ask = function (params) {
      const promise = ask.call(this, params);
      promise.then(undefined, () => {});
      return promise;
    };
    instrument();
    try {
      const error = Object.assign(new Error("no"), { status: 404 });
      await expect(new Chats().ask({ prompt: "hi", fail: error })).rejects.toBe(error);
      expect((await only()).attributes["error.type"]).toBe("404");
    } finally {
      toy.disable();
      Chats.prototype.ask = ask;
    }
  });

  it("that throws at once does so still", async () => {
    expect(() => new Chats().explode()).toThrow(TypeError);
    expect((await only()).attributes["error.type"]).toBe("TypeError");
  });

  it("whose raw response is taken ends there, with the body unread", async () => {
    await new Chats().ask({ prompt: "hi" }).asResponse();
    expect((await only()).attributes[KIT_ATTR.outcome]).toBe("raw");
  });

  it("gives its answer in the very microtask", async () => {
    const count = async () => {
      let microtasks = 0;
      let answered = false;
      const next = () => {
        microtasks += 1;
        if (!answered && microtasks < 1_000) queueMicrotask(next);
      };
      const answer = new Chats().ask({ prompt: "hi" });
      next();
      await answer;
      answered = true;
      return microtasks;
    };
    const recorded = await count();
    toy.disable();
    expect(recorded).toBe(await count());
  });

  it("looks as without us, down to the response that it waits for", async () => {
    // Node 20 keeps the context in members of the promises themselves.
    const print = (value: object) => inspect(value).replace(/,?\s*\[Symbol[\s\S]*/, "");
    const look = async () => {
      const promise = new Chats().ask({ prompt: "hi" });
      const { responsePromise: response } = promise;
      await promise;
      const [made, isPromise] = [response.constructor, response instanceof Promise];
      return { printed: print(response), made, isPromise, text: String(response) };
    };
    const recorded = await look();
    toy.disable();
    expect(recorded).toEqual(await look());
  });

  it("is recorded though its parameters refuse to be asked for what they do not have", async () => {
    const strict = new Proxy(
      { prompt: "hi", fail: undefined },
      {
        get(target, name) {
          if (!Object.hasOwn(target, name)) throw new Error(`no ${String(name)}`);
          return Reflect.get(target, name);
        },
      },
    );
    await new Chats().ask(strict);
    expect((await only()).name).toBe("chat toy-1");
  });

  it("leaves an unhandled rejection unhandled", async () => {
    const seen: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (error) => seen.push(error));
    const error = new Error("nobody listens");
    void new Chats().ask({ prompt: "hi", fail: error });
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
    expect(seen).toEqual([error]);
  });

  it("is passed through when tracing is suppressed or a framework already records it", async () => {
    await context.with(markInferenceRecorded(), () => new Chats().ask({ prompt: "hi" }));
    expect((await telemetry.finish()).spans).toHaveLength(0);
  });
});

describe("a stream", () => {
  const read = async (stream: AsyncIterable<string>) => {
    let text = "";
    for await (const chunk of stream) text += chunk;
    return text;
  };

  it("is the very object the library made, and its end is the end of the span", async () => {
    const made = new ToyStream(["a", "b"]);
    const stream = await new Chats().stream({ prompt: "hi", stream: true }, made);
    expect(stream).toBe(made);
    expect(await read(stream)).toBe("ab");
    const span = await only();
    expect(span.attributes["gen_ai.request.stream"]).toBe(true);
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });

  it("left early is cancelled, not failed, and its choice unfinished", async () => {
    for await (const _ of await new Chats().stream({ prompt: "hi", stream: true })) break;
    const span = await only();
    expect(span.attributes).toMatchObject({
      [KIT_ATTR.outcome]: "cancelled",
      "gen_ai.response.finish_reasons": ["error"],
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("that breaks keeps what had come and fails", async () => {
    const cut = Object.assign(new Error("terminated"), { code: "UND_ERR_SOCKET" });
    const stream = await new Chats().stream({ prompt: "hi", stream: true }, new ToyStream(["a"], cut));
    await expect(read(stream)).rejects.toBe(cut);
    expect((await only()).attributes).toMatchObject({
      "error.type": "UND_ERR_SOCKET",
      "gen_ai.response.finish_reasons": ["error"],
    });
  });

  it("that was aborted is a failure of its own kind, though the library ends it quietly", async () => {
    const made = new ToyStream(["a", "b"]);
    const stream = await new Chats().stream({ prompt: "hi", stream: true }, made);
    for await (const _ of stream) made.controller.abort();
    expect((await only()).attributes).toMatchObject({
      [KIT_ATTR.outcome]: "aborted",
      "error.type": "AbortError",
    });
  });

  it("read a second time does not touch the span of the first", async () => {
    const stream = await new Chats().stream({ prompt: "hi", stream: true });
    const first = stream[Symbol.asyncIterator]();
    await first.next();
    for await (const _ of stream) break;
    await first.next();
    await first.next();
    expect((await only()).attributes).not.toHaveProperty(KIT_ATTR.outcome);
  });

  it.each([
    ["at once", 0],
    ["later", 2],
  ])("nobody reads ends when it is aborted %s", async (_, turns) => {
    const stream = await new Chats().stream({ prompt: "hi", stream: true });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let passed = 0; passed < turns; passed += 1) await turn();
    expect(telemetry.spans).toHaveLength(0);
    stream.controller.abort();
    await turn();
    await turn();
    const { attributes } = await only();
    expect(attributes[KIT_ATTR.outcome]).toBe("aborted");
    expect(attributes["error.type"]).toBe("AbortError");
  });

  it.each([
    ["at once", 0],
    ["later", 2],
  ])("whose reader leaves it standing ends soon after it is aborted %s", async (_, turns) => {
    // As wrappers do that tell their own reader of the abort.
    const stream = await new Chats().stream({ prompt: "hi", stream: true });
    await stream[Symbol.asyncIterator]().next();
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    stream.controller.abort();
    await expect.poll(() => telemetry.spans).toHaveLength(1);
    expect(telemetry.spans[0]?.attributes).toMatchObject({
      [KIT_ATTR.outcome]: "aborted",
      "error.type": "AbortError",
    });
  });

  it("that began late is cancelled all the same when its library aborts as it is left", async () => {
    const stream = await new Chats().stream({ prompt: "hi", stream: true });
    await new Promise((resolve) => setTimeout(resolve));
    for await (const _ of stream) {
      stream.controller.abort();
      break;
    }
    expect((await only()).attributes[KIT_ATTR.outcome]).toBe("cancelled");
  });

  it("nobody reads is given up when it is collected", async () => {
    await (async () => void (await new Chats().stream({ prompt: "hi", stream: true })))();
    await collectUntil(() => telemetry.spans.length > 0);
    expect(telemetry.spans[0]?.attributes[KIT_ATTR.outcome]).toBe("abandoned");
  });
});

describe("content", () => {
  it("is nowhere by default", async () => {
    await new Chats().ask({ prompt: "my secret" });
    const { spans, logs } = await telemetry.finish();
    expect(JSON.stringify([spans[0]?.attributes, logs.map((log) => log.attributes)])).not.toContain("secret");
  });

  it.each([
    ["SPAN_ONLY", true, false],
    ["EVENT_ONLY", false, true],
    ["SPAN_AND_EVENT", true, true],
  ] as const)("goes where %s says", async (captureMessageContent, onSpan, onEvent) => {
    toy.disable();
    instrument({ captureMessageContent });
    await new Chats().ask({ prompt: "my secret" });
    const { spans, logs } = await telemetry.finish();
    expect(JSON.stringify(spans[0]?.attributes).includes("my secret")).toBe(onSpan);
    expect(JSON.stringify(logs[0]?.attributes).includes("my secret")).toBe(onEvent);
  });

  it("is what was sent, whatever the application does to its messages afterwards", async () => {
    toy.disable();
    instrument({ captureMessageContent: true });
    const params = { prompt: "before" };
    const promise = new Chats().ask(params);
    params.prompt = "after";
    await promise;
    expect((await only()).attributes["gen_ai.input.messages"]).toContain("before");
  });
});

describe("a tool", () => {
  it("run by the library is a span of its own, and its result and name stay", async () => {
    function weather(city: string) {
      return Promise.resolve(`sunny in ${city}`);
    }
    expect(await new Chats().run(weather)).toBe("sunny in Oslo");
    const span = await only();
    expect(span.name).toBe("execute_tool weather");
    expect(span.attributes).toMatchObject({ "gen_ai.tool.name": "weather", "gen_ai.tool.type": "function" });
  });

  it("that throws fails its span without telling what it said", async () => {
    const error = new RangeError("no city Oslo");
    const fail = () => {
      throw error;
    };
    expect(() => new Chats().run(fail)).toThrow(error);
    const span = await only();
    expect(span.attributes["error.type"]).toBe("RangeError");
    expect(span.status.message).toBeUndefined();
  });
});

describe("switched off", () => {
  it("leaves every method identical", () => {
    toy.disable();
    for (const [name, descriptor] of Object.entries(bare)) {
      expect(Object.getOwnPropertyDescriptor(Chats.prototype, name)).toEqual(descriptor);
    }
    expect(Chats.prototype.ask).toBe(bare.ask.value);
  });

  it("and on again records again", async () => {
    toy.disable();
    await new Chats().ask({ prompt: "hi" });
    toy.enable();
    await new Chats().ask({ prompt: "hi" });
    expect((await telemetry.finish()).spans).toHaveLength(1);
  });

  it("stops a method that was taken before", async () => {
    const { ask } = Chats.prototype;
    toy.disable();
    await ask.call(new Chats(), { prompt: "hi" });
    expect((await telemetry.finish()).spans).toHaveLength(0);
  });

  it("counts once when two of them are there", async () => {
    const second = new ToyInstrumentation();
    telemetry.observe(second);
    second.manuallyInstrument({ Chats });
    await new Chats().ask({ prompt: "hi" });
    expect(telemetry.spans).toHaveLength(1);
    toy.disable();
    await new Chats().ask({ prompt: "hi" });
    expect(telemetry.spans).toHaveLength(2);
    second.disable();
    await new Chats().ask({ prompt: "hi" });
    expect((await telemetry.finish()).spans).toHaveLength(2);
  });
});

describe("unsampled", () => {
  it("still counts in the metrics and costs no span", async () => {
    toy.disable();
    instrument({}, { sampled: false });
    await new Chats().ask({ prompt: "hi" });
    const { spans, metrics } = await telemetry.finish();
    expect(spans).toHaveLength(0);
    expect(JSON.stringify(metrics)).toContain("gen_ai.client.inference.duration");
  });
});
