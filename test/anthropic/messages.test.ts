import { SpanStatusCode } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { event, json, script } from "../support/provider-server.js";
import {
  type Client,
  eventsOf,
  HELLO,
  MODEL,
  message,
  PARAMS,
  reply,
  type Stage,
  setStage,
  VERSIONS,
} from "./support.js";

let stage: Stage;
afterEach(() => stage.close());

/** Where a generation keeps `countTokens`; the oldest have none. */
function counter({ client }: Stage) {
  return [client.messages, client.beta.messages].find((resource) => resource?.countTokens !== undefined);
}

describe.each(VERSIONS)("a message of %s", (version) => {
  it("becomes one span with parameters, answer and all input tokens", async () => {
    stage = await setStage(
      version,
      json(
        message([{ type: "text", text: "Hello" }], {
          usage: {
            ...HELLO.usage,
            cache_creation: { ephemeral_5m_input_tokens: 15, ephemeral_1h_input_tokens: 5 },
            service_tier: "standard",
          },
        }),
      ),
    );
    const answer = await stage.client.messages.create({
      ...PARAMS,
      temperature: 0,
      top_k: 5,
      stop_sequences: ["END"],
    });
    expect(answer.content).toEqual([{ type: "text", text: "Hello" }]);
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.name).toBe(`chat ${MODEL}`);
    expect(span.attributes).toMatchObject({
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.temperature": 0,
      "gen_ai.request.top_k": 5,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.response.id": "msg_1",
      "gen_ai.response.finish_reasons": ["end_turn"],
      "gen_ai.usage.input_tokens": 60,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.usage.cache_read.input_tokens": 30,
      "gen_ai.usage.cache_write.input_tokens": 20,
      "kit.response.service_tier": "standard",
      // 10 at $3, 30 read at $0.30, 15 written at $3.75 and 5 for an hour at $6, 7 out at $15 a million.
      "kit.cost.usd": 0.00023025,
    });
    expect(span.attributes).not.toHaveProperty("gen_ai.request.stream");
  });

  it("streamed reports the input of its first event and the output of its last delta", async () => {
    stage = await setStage(version, script(eventsOf(HELLO)));
    const stream = await stage.client.messages.create({ ...PARAMS, stream: true });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    expect(types).toEqual(eventsOf(HELLO).map((sent) => (sent as { type: string }).type));
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["end_turn"],
      "gen_ai.usage.input_tokens": 60,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
    });
  });

  it("through the stream helper is one span, and the helper tells the final message", async () => {
    stage = await setStage(version, script(eventsOf(HELLO)));
    const seen: string[] = [];
    const helper = stage.client.messages.stream(PARAMS);
    helper.on("text", (text: string) => seen.push(text));
    expect((await helper.finalMessage()).content).toMatchObject([{ type: "text", text: "Hello" }]);
    expect(seen).toEqual(["Hello"]);
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes["gen_ai.usage.output_tokens"]).toBe(7);
  });

  it("keeps withResponse and asResponse, whose body is still unread", async () => {
    stage = await setStage(version, json(HELLO, { headers: { "request-id": "req_1" } }));
    const { data, response } = await stage.client.messages.create(PARAMS).withResponse();
    expect([data.id, response.headers.get("request-id")]).toEqual(["msg_1", "req_1"]);
    const raw = await stage.client.messages.create(PARAMS).asResponse();
    expect((await raw.json()).id).toBe("msg_1");
    const { spans } = await stage.telemetry.collect();
    expect(spans.map((span) => span.attributes["kit.outcome"])).toEqual([undefined, "raw"]);
  });

  it("that fails keeps its error and tells the status", async () => {
    const body = { type: "error", error: { type: "rate_limit_error", message: "slow down" } };
    stage = await setStage(version, json(body, { status: 429 }));
    await expect(stage.client.messages.create(PARAMS)).rejects.toMatchObject({ status: 429 });
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes["error.type"]).toBe("429");
  });

  it("that breaks in mid-stream fails in the provider's word, with what had come", async () => {
    const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    stage = await setStage(version, script([...eventsOf(HELLO).slice(0, 3), event(overloaded)]), {
      config: { captureMessageContent: true },
    });
    const stream = await stage.client.messages.create({ ...PARAMS, stream: true });
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toThrow();
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes).toMatchObject({
      "error.type": "overloaded_error",
      "gen_ai.response.finish_reasons": ["error"],
      "gen_ai.usage.input_tokens": 60,
    });
    expect(String(span.attributes["gen_ai.output.messages"])).toContain("Hello");
  });

  it.each<[string, (client: Client) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>]>([
    ["stream", (client) => client.messages.create({ ...PARAMS, stream: true })],
    ["helper", (client) => client.messages.stream(PARAMS)],
  ])("left early is cancelled, also at the server: %s", async (_, open) => {
    stage = await setStage(version, script([...eventsOf(HELLO).slice(0, 3), "hang"]));
    for await (const _ of await open(stage.client)) break;
    expect(await stage.server.requests[0]?.over).toBe(true);
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes["kit.outcome"]).toBe("cancelled");
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("aborted before its answer is a failure of its own kind", async () => {
    const abort = new AbortController();
    const fetch = (_: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        abort.abort();
      });
    stage = await setStage(version, json(HELLO), { options: { fetch } });
    const call = stage.client.messages.create(PARAMS, { signal: abort.signal });
    await expect(call).rejects.toThrow("aborted");
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.attributes).toMatchObject({ "kit.outcome": "aborted", "error.type": "APIUserAbortError" });
  });

  it("counted beforehand is no usage", async () => {
    stage = await setStage(version, json({ input_tokens: 42 }));
    const resource = counter(stage);
    if (resource === undefined) return expect(version).toBe("anthropic-0.30");
    await resource.countTokens({ model: MODEL, messages: PARAMS.messages });
    const span = (await stage.telemetry.finish()).onlySpan();
    expect(span.name).toBe(`count_tokens ${MODEL}`);
    expect(span.attributes["kit.count_tokens.input_tokens"]).toBe(42);
    expect(span.attributes).not.toHaveProperty("gen_ai.usage.input_tokens");
  });

  it("is the SDK's own again once the instrumentation is off", async () => {
    stage = await setStage(version, () => reply(HELLO, false));
    const { create } = Object.getPrototypeOf(stage.client.messages);
    stage.instrumentation.disable();
    const bare = Object.getPrototypeOf(stage.client.messages).create;
    expect(bare).not.toBe(create);
    stage.instrumentation.enable();
    expect(Object.getPrototypeOf(stage.client.messages).create).toBe(create);
    stage.instrumentation.disable();
    await stage.client.messages.create(PARAMS);
    expect((await stage.telemetry.collect()).spans).toHaveLength(0);
  });
});
