import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { message, messageBody, streamedMessage } from "../support/provider/anthropic-answers.js";
import { script } from "../support/provider-server.js";
import { run } from "./anthropic-run.js";

const MODEL = "claude-sonnet-4-20250514";
const SYSTEM = "You are a helpful assistant.";
const TEST = [{ role: "user" as const, content: "Say this is a test" }];
const SAMPLING = { max_tokens: 50, temperature: 0.5, top_p: 0.9, top_k: 40, stop_sequences: ["END"] };
const CALL = { type: "tool_use", id: "toolu_1", name: "get_current_weather", input: { location: "Seattle" } };
const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "anthropic",
  "gen_ai.request.model": MODEL,
  "gen_ai.request.max_tokens": 50,
  "gen_ai.request.temperature": 0.5,
  "gen_ai.response.id": "msg_1",
  "gen_ai.response.model": "claude-test-1",
  "gen_ai.response.finish_reasons": ["end_turn"],
  "gen_ai.usage.input_tokens": 9,
  "gen_ai.usage.output_tokens": 3,
  "server.address": "127.0.0.1",
  "server.port": expect.any(Number),
};
const SAMPLED = {
  "gen_ai.request.top_p": 0.9,
  "gen_ai.request.top_k": 40,
  "gen_ai.request.stop_sequences": ["END"],
};
const text = (content: string) => ({ type: "text", content });
const messages = (...of: readonly (readonly [role: string, ...parts: readonly object[]])[]) =>
  of.map(([role, ...parts]) => ({ role, parts }));
const CAPTURED = { capture: "SPAN_AND_EVENT", config: { captureMessageContent: "SPAN_AND_EVENT" } } as const;

/** Attributes with the content parsed and without the cost, whose source changes its prices. */
function facts({ "kit.cost.usd": _, ...attributes }: Readonly<Record<string, unknown>>) {
  const parsed = Object.entries(attributes).map(([name, value]) =>
    /messages|instructions|definitions/.test(name)
      ? [name, JSON.parse(String(value)) as unknown]
      : [name, value],
  );
  return Object.fromEntries(parsed) as Record<string, unknown>;
}

describe("the reference scenarios of the conventions, anthropic", () => {
  it("inference", async () => {
    const { onlySpan } = await run(
      message(),
      (client) => client.messages.create({ model: MODEL, system: SYSTEM, messages: TEST, ...SAMPLING }),
      CAPTURED,
    );
    expect(facts(onlySpan().attributes)).toEqual({
      ...CHAT,
      ...SAMPLED,
      "gen_ai.system_instructions": [text(SYSTEM)],
      "gen_ai.input.messages": messages(["user", text("Say this is a test")]),
      "gen_ai.output.messages": messages(["assistant", text("Hi!")]),
    });
  });

  it("streaming", async () => {
    const { onlySpan } = await run(
      streamedMessage(),
      (client) => client.messages.stream({ model: MODEL, messages: TEST, ...SAMPLING }).finalMessage(),
      CAPTURED,
    );
    expect(facts(onlySpan().attributes)).toEqual({
      ...CHAT,
      ...SAMPLED,
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      "gen_ai.input.messages": messages(["user", text("Say this is a test")]),
      "gen_ai.output.messages": messages(["assistant", text("Hi!")]),
    });
  });

  it("automatic_tool_calling", async () => {
    const weather = betaTool({
      name: "get_current_weather",
      description: "Tells the weather.",
      inputSchema: { type: "object", properties: { location: { type: "string" } } },
      run: () => "70 degrees and sunny in Seattle",
    });
    const { spans } = await run(
      [message([CALL], "tool_use"), message()],
      async (client) =>
        client.beta.messages.toolRunner({ model: MODEL, max_tokens: 50, messages: TEST, tools: [weather] }),
      CAPTURED,
    );
    expect(spans.map(({ name }) => name)).toEqual([
      `chat ${MODEL}`,
      "execute_tool get_current_weather",
      `chat ${MODEL}`,
      "invoke_agent",
    ]);
    expect(spans[1]?.attributes).toMatchObject({
      "gen_ai.tool.name": "get_current_weather",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": "toolu_1",
      "gen_ai.tool.call.arguments": '{"location":"Seattle"}',
      "gen_ai.tool.call.result": "70 degrees and sunny in Seattle",
    });
  });

  it("multimodal", async () => {
    const { onlySpan } = await run(
      message(),
      (client) =>
        client.messages.create({
          model: MODEL,
          max_tokens: 50,
          messages: [
            {
              role: "user",
              content: [
                { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
                {
                  type: "document",
                  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
                },
              ],
            },
          ],
        }),
      CAPTURED,
    );
    expect(facts(onlySpan().attributes)["gen_ai.input.messages"]).toEqual(
      messages([
        "user",
        { type: "blob", modality: "image", content: "iVBORw0KGgo=", mime_type: "image/png" },
        { type: "blob", modality: "document", content: "JVBERi0=", mime_type: "application/pdf" },
      ]),
    );
  });
});

describe("a message the application ends itself", () => {
  const half = [
    { type: "message_start", message: messageBody([], null) },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half" } },
  ];
  const ask = { model: MODEL, max_tokens: 50, messages: TEST };

  it("is cancelled, and no error, when it breaks out of the stream", async () => {
    const { onlySpan } = await run(script([...half, "hang"]), async (client) => {
      for await (const { type } of await client.messages.create({ ...ask, stream: true })) {
        if (type === "content_block_delta") break;
      }
    });
    expect(onlySpan().attributes).toMatchObject({
      "kit.outcome": "cancelled",
      "gen_ai.response.finish_reasons": ["error"],
    });
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("is an aborted failure when it aborts the stream helper", async () => {
    const { onlySpan } = await run(script([...half, "hang"]), async (client) => {
      const stream = client.messages.stream(ask);
      stream.on("text", () => stream.abort());
      await expect(stream.done()).rejects.toThrow();
    });
    expect(onlySpan().attributes).toMatchObject({
      "kit.outcome": "aborted",
      "error.type": expect.any(String),
    });
  });
});
